import { listAccounts } from '../catalog/queries/accounts.ts'
import { printJson, type CommandContext } from './command.ts'
import { openPath } from './open-path.ts'
import { count, counted, isoDate, localDate, size, table } from './text.ts'

/** `lifeboat accounts PATH` */
export async function accountsCommand(context: CommandContext, path: string): Promise<void> {
  const opened = await openPath(context, path)
  try {
    const accounts = listAccounts(opened.db)
    if (context.terminal.json) {
      return printJson(
        context.terminal,
        accounts.map(({ id, name, guessed, items, messages, deleted, bytes, first, last, lastChange }) => ({
          id,
          name,
          guessed,
          items,
          messages,
          deleted,
          bytes,
          first: isoDate(first),
          last: isoDate(last),
          lastChange: isoDate(lastChange),
        })),
      )
    }
    const rows = accounts.map((account) => [
      account.name === null ? account.id : `${account.name}${account.guessed ? ' (guessed)' : ''}`,
      count(account.messages),
      count(account.deleted),
      count(account.items),
      size(account.bytes),
      localDate(account.first),
      localDate(account.last),
      localDate(account.lastChange),
    ])
    const columns = [
      { title: 'Account', max: 60 },
      ...['Messages', 'Deleted', 'Items', 'Size'].map((title) => ({ title, right: true })),
      ...['First', 'Last', 'Backup ends'].map((title) => ({ title })),
    ]
    context.terminal.out(`${table(columns, rows, context.terminal.width)}\n`)
    context.terminal.out(`${counted(accounts.length, 'account')}\n`)
  } finally {
    opened.close()
  }
}
