import {
  mdiAccountOutline,
  mdiArrowRight,
  mdiClose,
  mdiCogOutline,
  mdiContentCopy,
  mdiFolderOpenOutline,
  mdiGestureTapButton,
  mdiHelpCircleOutline,
  mdiMagnify,
  mdiRefresh,
} from '@mdi/js'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import type { Settings } from '../../src-main/contract/app.ts'
import { accountLabel } from '../format/account.ts'
import { NEEDS_BACKUP } from '../router.ts'
import { useAccounts } from '../stores/accounts.ts'
import { useApp } from '../stores/app.ts'
import { useBackup } from '../stores/backup.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useDiagnostics } from './use-diagnostics.ts'
import { useOpen } from './use-open.ts'

/** Something that can be done from anywhere. */
export interface Command {
  id: string
  /** Key of the heading it stands under. */
  group: 'page' | 'go' | 'open' | 'account' | 'settings' | 'help'
  title: string
  /** Found by these words as well. */
  also?: string
  icon: string
  run(): unknown
  /** True when it leads somewhere: the keyboard goes there too, instead of back to where it was. */
  leads?: boolean
}

/** The buttons a person sees on the page, by their names: what the page can do, whichever page it is. */
function pageButtons(main: Element | null): { name: string; button: HTMLElement }[] {
  const found = new Map<string, HTMLElement>()
  for (const button of main?.querySelectorAll<HTMLButtonElement>('button.v-btn:not(:disabled)') ?? []) {
    const name = (button.getAttribute('aria-label') ?? button.textContent).replace(/\s+/g, ' ').trim()
    const seen = button.checkVisibility()
    if (name && seen && !found.has(name) && button.ariaHasPopup !== 'menu') found.set(name, button)
    if (found.size >= 15) break
  }
  return [...found].map(([name, button]) => ({ name, button }))
}

/** Everything the palette offers at this moment; asked for when it opens. */
export function useCommands(): (main: Element | null) => Command[] {
  const { t } = useI18n()
  const router = useRouter()
  const app = useApp()
  const backup = useBackup()
  const accounts = useAccounts()
  const dialogs = useDialogs()
  const { openPath, openSample, chooseAndOpen } = useOpen()
  const { copy } = useDiagnostics()

  function pages(): Command[] {
    return router
      .getRoutes()
      .filter(({ name, path, meta }) => {
        const known = typeof name === 'string' && name !== 'open' && typeof meta['title'] === 'string'
        return known && !path.includes(':') && (backup.catalogId !== null || !NEEDS_BACKUP.includes(name))
      })
      .map(({ name, meta }) => ({
        id: `go ${String(name)}`,
        group: 'go',
        title: t(String(meta['title'])),
        icon: mdiArrowRight,
        run: () => router.push({ name: name! }),
        leads: true,
      }))
  }

  function opening(): Command[] {
    const recent = (backup.recent ?? []).filter(
      ({ available, path }) => available && path !== backup.summary?.path,
    )
    const open: Command[] = recent.map(({ path, sample }) => ({
      id: `open ${path}`,
      group: 'open',
      title: sample ? t('home.sampleName') : path,
      also: path,
      icon: mdiFolderOpenOutline,
      run: () => openPath(path),
      leads: true,
    }))
    open.push({
      id: 'open choose',
      group: 'open',
      title: t(backup.summary ? 'home.openAnother' : 'home.open'),
      icon: mdiFolderOpenOutline,
      run: chooseAndOpen,
    })
    if (backup.summary) {
      const act = (action: () => Promise<void>) => () => action().catch(dialogs.fail)
      open.push(
        {
          id: 'read again',
          group: 'open',
          title: t('bar.readAgain'),
          icon: mdiRefresh,
          run: act(backup.refresh),
        },
        { id: 'close', group: 'open', title: t('bar.close'), icon: mdiClose, run: act(backup.close) },
      )
    } else
      open.push({
        id: 'open sample',
        group: 'open',
        title: t('home.sample'),
        icon: mdiFolderOpenOutline,
        run: openSample,
        leads: true,
      })
    return open
  }

  function people(): Command[] {
    return (accounts.rows ?? []).map((row) => ({
      id: `account ${row.id}`,
      group: 'account',
      title: accountLabel(row),
      icon: mdiAccountOutline,
      run: () => router.push({ name: 'mail', query: { account: row.id } }),
      leads: true,
    }))
  }

  /** Changes of the settings that differ from what is set. */
  function settings(): Command[] {
    const change = (patch: Partial<Settings>) => () => app.save(patch).catch(dialogs.fail)
    const list: Command[] = []
    const add = (id: string, name: string, value: string, patch: Partial<Settings>): void => {
      list.push({
        id,
        group: 'settings',
        title: `${name}: ${value}`,
        icon: mdiCogOutline,
        run: change(patch),
      })
    }
    for (const theme of ['system', 'light', 'dark'] as const)
      if (theme !== app.settings.theme)
        add(`theme ${theme}`, t('settings.theme'), t(`settings.theme.${theme}`), { theme })
    for (const language of ['en', 'it'] as const)
      if (language !== app.language)
        add(`language ${language}`, t('settings.language'), t(`settings.language.${language}`), { language })
    for (const density of ['comfortable', 'compact'] as const)
      if (density !== app.settings.density)
        add(`density ${density}`, t('settings.density'), t(`settings.density.${density}`), { density })
    return list
  }

  function help(): Command[] {
    return [
      {
        id: 'help',
        group: 'help',
        title: t('keys.help'),
        icon: mdiHelpCircleOutline,
        run: () => (dialogs.help = true),
      },
      {
        id: 'keys',
        group: 'help',
        title: t('keys.title'),
        icon: mdiHelpCircleOutline,
        run: () => (dialogs.shortcuts = true),
      },
      {
        id: 'diagnostics',
        group: 'help',
        title: t('diagnostics.copy'),
        icon: mdiContentCopy,
        run: () =>
          copy(null, null)
            .then(() => (dialogs.note = 'diagnostics.copied'))
            .catch(() => (dialogs.note = 'diagnostics.refused')),
      },
    ]
  }

  return (main) => [
    ...pageButtons(main).map(({ name, button }): Command => {
      return {
        id: `page ${name}`,
        group: 'page',
        title: name,
        icon: mdiGestureTapButton,
        run: () => button.click(),
      }
    }),
    ...pages(),
    ...opening(),
    ...people(),
    ...settings(),
    ...help(),
  ]
}

/** Searching all mail for what was typed: always there, last, while a Backup Path is open. */
export function useSearchCommand(): (typed: string) => Command | null {
  const { t } = useI18n()
  const router = useRouter()
  const backup = useBackup()
  return (typed) => {
    const q = typed.trim()
    if (q === '' || backup.catalogId === null) return null
    return {
      id: 'search',
      group: 'account',
      title: t('palette.search', { text: q }),
      icon: mdiMagnify,
      run: () => router.push({ name: 'search', query: { q } }),
      leads: true,
    }
  }
}
