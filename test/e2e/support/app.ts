import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { _electron, chromium, type Browser, type ElectronApplication, type Page } from 'playwright-core'
import { startServer, type RunningServer } from '../../../src-main/serve.ts'
import { temporaryFolder } from '../../support/index.ts'
import { chromiumPath, electronRuntime, isRoot } from './programs.ts'

const root = join(import.meta.dirname, '../../..')
const SCREENSHOTS = join(root, 'test/e2e/screenshots')
/** Pictures of the README, renewed with `LIFEBOAT_DOCS=1 npm test`: what the run saves, and its name there. */
const DOCS: Readonly<Record<string, string>> = {
  'browser-03-accounts': 'accounts',
  'browser-10-search': 'search',
  'browser-check-3-result': 'check',
  'browser-servers-8-facts': 'servers',
  'browser-copy-5-result': 'copy',
  'browser-recovery-3-step': 'case',
  'browser-light-1280-en-log': 'log',
  'browser-light-1280-en-palette-typed': 'commands',
}
/** What Chromium itself says on a machine like this and no page can help. */
const HARMLESS = [/^Download the Vue Devtools/, /WebGL|GPU stall/]

export interface LaunchOptions {
  /** A Backup Path to open at once. */
  path?: string
  /** Default: a temporary one, removed after the test. */
  dataFolder?: string
  /** Size of the window, CSS pixels. */
  size?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  /** Browser host: one that is started already, over the same data folder. Closed with the app. */
  server?: RunningServer
}

/** One running Lifeboat, in either host. */
export interface RunningApp {
  host: 'browser' | 'desktop'
  page: Page
  dataFolder: string
  /** Only in the desktop host. */
  electron: ElectronApplication | null
  /** Only in the browser host. */
  server: RunningServer | null
  /** Errors, CSP reports and failed requests of the page so far. */
  complaints: string[]
  /** Saves `test/e2e/screenshots/<host>-<name>.png`. */
  screenshot(name: string): Promise<void>
  /** Closes everything; fails when the page had complaints that no test expected (and took out of `complaints`). */
  close(): Promise<void>
}

const SIZE = { width: 1440, height: 900 }

/** Lifeboat's page in a real Chromium, through the browser host. */
export async function launchBrowserApp(options: LaunchOptions = {}): Promise<RunningApp> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error('no Chromium: use describe.skipIf(chromiumPath() === null)')
  const dataFolder = options.dataFolder ?? temporaryFolder()
  const server = options.server ?? (await startServer({ dataFolder, path: options.path }))
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [...(isRoot() ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  })
  const context = await browser.newContext({
    viewport: options.size ?? SIZE,
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  const complaints = watchPage(page)
  await page.goto(server.url)
  return {
    host: 'browser',
    page,
    dataFolder,
    electron: null,
    server,
    complaints,
    screenshot: (name) => screenshot(page, 'browser', name),
    close: async () => {
      await browser.close()
      await server.close()
      failOn(complaints)
    },
  }
}

/** Lifeboat's desktop window in a real Electron, on a display of its own. */
export async function launchElectronApp(options: LaunchOptions = {}): Promise<RunningApp> {
  const runtime = electronRuntime()
  if (!runtime || !canShowWindows()) throw new Error('no Electron: use describe.skipIf(!canRunElectron())')
  const dataFolder = options.dataFolder ?? temporaryFolder()
  // found by the `electron` package then, and only so does Playwright hold the app back until it is attached;
  // with an executablePath the page races it, and one start in twenty hangs
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dirname(runtime.binary)
  const electron = await _electron.launch({
    args: [
      ...(isRoot() ? ['--no-sandbox'] : []),
      '--lang=en-GB',
      root,
      `--data=${dataFolder}`,
      ...(options.path ? ['--', options.path] : []),
    ],
    env: electronEnvironment(runtime.env),
    colorScheme: options.colorScheme ?? 'light',
  })
  const page = await electron.firstWindow()
  const complaints = watchPage(page)
  const { width, height } = options.size ?? SIZE
  await electron.evaluate(
    ({ BrowserWindow }, wanted) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(wanted.width, wanted.height)
    },
    { width, height },
  )
  return {
    host: 'desktop',
    page,
    dataFolder,
    electron,
    server: null,
    complaints,
    screenshot: (name) => screenshot(page, 'desktop', name),
    close: async () => {
      await electron.close()
      failOn(complaints)
    },
  }
}

/** True where the desktop window can be tested. */
export function canRunElectron(): boolean {
  return electronRuntime() !== null && canShowWindows()
}

/** The hosts that can be tested here: `describe.each(testableHosts())('… in the $host', ({ launch }) => …)`. */
export function testableHosts(): {
  host: 'browser' | 'desktop'
  launch: (options?: LaunchOptions) => Promise<RunningApp>
}[] {
  const hosts: ReturnType<typeof testableHosts> = []
  if (chromiumPath()) hosts.push({ host: 'browser', launch: launchBrowserApp })
  if (canRunElectron()) hosts.push({ host: 'desktop', launch: launchElectronApp })
  return hosts
}

/** Environment for starting Electron: its display, its runtime, nothing of npm's. */
export function electronEnvironment(extra: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [key, value] of Object.entries(process.env)) if (value !== undefined) env[key] = value
  delete env['ELECTRON_RUN_AS_NODE']
  delete env['NODE_OPTIONS']
  return { ...env, ...extra, DISPLAY: process.env['LIFEBOAT_TEST_DISPLAY'] ?? process.env['DISPLAY'] ?? '' }
}

function canShowWindows(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env['LIFEBOAT_TEST_DISPLAY'] ?? process.env['DISPLAY'])
}

function watchPage(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const text = message.text()
    if (!HARMLESS.some((pattern) => pattern.test(text))) complaints.push(`${message.type()}: ${text}`)
  })
  page.on('pageerror', (error) => complaints.push(`page error: ${error.stack ?? error.message}`))
  page.on('crash', () => complaints.push('the page crashed'))
  return complaints
}

function failOn(complaints: string[]): void {
  if (complaints.length > 0) throw new Error(`The page complained:\n${complaints.join('\n')}`)
}

async function screenshot(page: Page, host: string, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const path = join(SCREENSHOTS, `${host}-${name}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  const shown = DOCS[`${host}-${name}`]
  if (shown && process.env['LIFEBOAT_DOCS'] === '1')
    copyFileSync(path, join(root, `docs/screenshots/${shown}.png`))
}
