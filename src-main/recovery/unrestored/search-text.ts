import type { Words } from '../../contract/recovery.ts'
import { words } from '../cases/words.ts'
import type { WorkItem } from './rows.ts'

/** What is typed into the search of the Admin UI to find items of an account on the old server. */
interface SearchText {
  account: string
  /** `item: 856,13339` */
  text: string
  /** Where it is looked for: the tab of the mailbox view for these types. */
  tab: Words
  /** Server that still has them, or had. */
  server: string
}

const TABS: readonly { types: readonly string[]; tab: Words }[] = [
  { types: ['contact'], tab: words('Address book', 'Rubrica') },
  { types: ['appointment'], tab: words('Calendar', 'Calendario') },
  { types: ['task'], tab: words('Tasks', 'Attività') },
]
const MAIL = words('Mail', 'Posta')

const tabOf = (type: string): Words => TABS.find(({ types }) => types.includes(type))?.tab ?? MAIL

/** One search per account and tab, ids in rising order (`item: 856,13339`, as the manual has it). */
export function searchTexts(rows: readonly WorkItem[], server: string): SearchText[] {
  const found = new Map<string, { account: string; tab: Words; ids: number[] }>()
  for (const { account, type, id } of rows) {
    const tab = tabOf(type)
    const key = `${account}\0${tab.en}`
    const entry = found.get(key) ?? { account, tab, ids: [] }
    entry.ids.push(id)
    found.set(key, entry)
  }
  return [...found.values()]
    .map(({ account, tab, ids }) => ({
      account,
      tab,
      server,
      text: `item: ${[...ids].sort((a, b) => a - b).join(',')}`,
    }))
    .sort((a, b) => a.account.localeCompare(b.account) || a.tab.en.localeCompare(b.tab.en))
}
