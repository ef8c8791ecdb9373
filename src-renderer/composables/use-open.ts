import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'
import { client } from '../client.ts'
import { useApp } from '../stores/app.ts'
import { useBackup } from '../stores/backup.ts'
import { useDialogs } from '../stores/dialogs.ts'

/** Opening a Backup Path from anywhere: choose it, open it, go to its accounts; failures are told on the first screen. */
export function useOpen() {
  const { t } = useI18n()
  const router = useRouter()
  const route = useRoute()
  const app = useApp()
  const backup = useBackup()
  const dialogs = useDialogs()

  async function openPath(path: string, zone?: string): Promise<void> {
    const asked = route.name === 'open'
    const to = (await backup.open(path, zone)) ? '/accounts' : '/'
    // going back must not ask for the same path again
    await (asked ? router.replace(to) : router.push(to))
  }

  async function openSample(): Promise<void> {
    await router.push((await backup.openSample()) ? '/accounts' : '/')
  }

  /** The laptop's own dialog on the desktop, ours in a browser; null when cancelled. */
  async function chooseFolder(title: string, action: string, backupPaths: boolean, start: string | null) {
    if (app.isDesktop) return client.app.pickFolder({ title })
    return dialogs.chooseFolder({ title, action, backupPaths, start })
  }

  async function chooseAndOpen(): Promise<void> {
    try {
      const path = await chooseFolder(t('home.open'), t('folder.openThis'), true, null)
      if (path) await openPath(path)
    } catch (error) {
      dialogs.fail(error)
    }
  }

  return { openPath, openSample, chooseFolder, chooseAndOpen }
}
