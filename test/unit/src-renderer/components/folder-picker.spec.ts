import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'

interface Listing {
  path: string
  parent: string | null
  entries: { name: string; path: string; isBackupPath: boolean }[]
  places: { name: string; path: string }[]
  truncated: boolean
}
const asked: { path: string | null; answer: (listing: Listing) => void }[] = []
vi.mock('../../../../src-renderer/client.ts', () => ({
  client: {
    app: {
      directory: ({ path = null }: { path?: string | null }) =>
        new Promise<Listing>((answer) => void asked.push({ path, answer })),
    },
  },
  subscribe: () => undefined,
  isDesktop: false,
}))

// a dialog finds its place by it, and happy-dom has none
vi.stubGlobal('visualViewport', new EventTarget())

const { mountInApp } = await import('./support.ts')
const { default: FolderPicker } =
  await import('../../../../src-renderer/components/dialogs/folder-picker.vue')
const { useDialogs } = await import('../../../../src-renderer/stores/dialogs.ts')

const listing = (path: string): Listing => ({ path, parent: '/', entries: [], places: [], truncated: false })
const field = (): HTMLInputElement => {
  const found = document.querySelector<HTMLInputElement>('[role="dialog"] input')
  if (found === null) throw new Error('There is no field for the path')
  return found
}
async function type(text: string): Promise<void> {
  field().value = text
  field().dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
}
async function opened(): Promise<void> {
  asked.length = 0
  mountInApp(FolderPicker)
  void useDialogs().chooseFolder({
    title: 'Open a backup path',
    action: 'Open',
    start: null,
    backupPaths: true,
  })
  await flushPromises()
}

afterEach(() => {
  document.body.innerHTML = ''
})

describe('choosing a folder in the browser', () => {
  it('shows the folder it begins with', async () => {
    await opened()
    asked[0]?.answer(listing('/home/anna'))
    await flushPromises()
    expect(field().value).toBe('/home/anna')
  })

  it('keeps what is typed while a slow disk still lists the folder before', async () => {
    await opened()
    await type('/mnt/backup')
    asked[0]?.answer(listing('/home/anna'))
    await flushPromises()
    expect(field().value).toBe('/mnt/backup')
    field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    await flushPromises()
    expect(asked.at(-1)?.path).toBe('/mnt/backup')
    asked.at(-1)?.answer(listing('/mnt/backup/real'))
    await flushPromises()
    expect(field().value).toBe('/mnt/backup/real')
  })
})
