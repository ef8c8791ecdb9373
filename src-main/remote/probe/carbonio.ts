import type { Component, Fact, ServerReport } from '../../contract/server-report.ts'
import { zmlocalconfigGet } from '../carbonio/zmlocalconfig-get.ts'
import type { Asker } from './asker.ts'
import { CannotTell, needs } from './fact.ts'
import { getVersion } from './own-operations.ts'

type Carbonio = ServerReport['carbonio']
type ValueOf<Key extends keyof Carbonio> = Extract<Carbonio[Key], { known: true }>['value']

/** Each call starts a JVM: 1 to 3 s on a healthy server, far longer on a busy one. */
export const CARBONIO_MS = 45_000
/** zmcontrol asks every service one after the other. */
const ZMCONTROL_MS = 90_000

/** The user that owns Carbonio, from the directory of users; from /etc/passwd where that does not answer. */
export async function askZextras({ ask }: Asker): Promise<ValueOf<'zextras'>> {
  const line = await ask(['getent', 'passwd', 'zextras'], { timeout: 5000 }).catch(() =>
    ask(['grep', '^zextras:', '/etc/passwd'], { accept: [0, 1] }),
  )
  const [name, , uid, gid, , home, shell] = line.trim().split('\n', 1)[0]!.split(':')
  if (name !== 'zextras' || uid === undefined || gid === undefined) {
    throw new CannotTell(
      'there is no user zextras: this is no Carbonio server, or its directory of users is broken',
    )
  }
  return { uid: Number(uid), gid: Number(gid), home: home ?? '', shell: shell ?? '' }
}

/** Packages of Carbonio, from dpkg or rpm. */
export async function askPackages({ ask }: Asker): Promise<ValueOf<'packages'>> {
  const text = await ask(
    ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}\t${Package}\t${Version}\n', 'carbonio*'],
    {
      accept: [0, 1],
    },
  ).catch(() => ask(['rpm', '-qa', '--qf', 'ii \t%{NAME}\t%{VERSION}-%{RELEASE}\n', 'carbonio*']))
  const packages = text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([state]) => state?.startsWith('ii'))
    .map(([, name = '', version = '']) => ({ name, version }))
  if (packages.length === 0) throw new CannotTell('no package called carbonio… is installed')
  return packages.sort((a, b) => a.name.localeCompare(b.name))
}

/** What Carbonio says of itself; where it does not run, the package that the others lean on. */
export async function askVersion(
  asker: Asker,
  packages: Carbonio['packages'],
  mayAsk: Fact<unknown>,
): Promise<string> {
  let because: string
  try {
    needs(mayAsk)
    const answer = await getVersion.run(asker.shell, {}, { timeout: CARBONIO_MS, signal: asker.signal })
    if (answer.understood) return answer.value.version
    because = answer.why
  } catch (error) {
    asker.signal.throwIfAborted()
    because = (error as Error).message
  }
  const base = [
    'carbonio-core',
    'carbonio-appserver-service',
    'carbonio-directory-server',
    'carbonio-advanced',
  ]
  const found = packages.known
    ? base.map((name) => packages.value.find((one) => one.name === name)).find((one) => one !== undefined)
    : undefined
  if (found) return `${found.version} (package ${found.name})`
  throw new CannotTell(because)
}

/**
 * Which of the two starts and stops Carbonio here. Newer releases have systemd targets, older ones zmcontrol; who mixes
 * them breaks the server, so the targets decide and zmcontrol counts only without them.
 */
export async function askServiceManager({ ask }: Asker): Promise<ValueOf<'serviceManager'>> {
  const units = await ask(['systemctl', 'list-unit-files', '--no-legend', '--no-pager', 'carbonio*.target'], {
    accept: [0, 1],
  }).catch(() => '')
  if (/^carbonio[\w-]*\.target\b/m.test(units)) return 'systemd'
  await ask(['test', '-e', '/opt/zextras/bin/zmcontrol'], { as: 'best' }).catch(() => {
    throw new CannotTell('there are neither systemd targets of Carbonio nor its zmcontrol')
  })
  return 'zmcontrol'
}

/** The components and whether they run, told by the one manager that this server has. */
export async function askComponents(
  { ask }: Asker,
  manager: Carbonio['serviceManager'],
): Promise<Component[]> {
  if (!manager.known) throw new CannotTell(manager.because)
  const components =
    manager.value === 'systemd'
      ? fromSystemd(
          await ask([
            'systemctl',
            'list-units',
            '--all',
            '--plain',
            '--full',
            '--no-legend',
            '--no-pager',
            'carbonio*.target',
          ]),
        )
      : fromZmcontrol(
          // It ends with 1 when a service is stopped.
          await ask(['/opt/zextras/bin/zmcontrol', 'status'], {
            as: 'zextras',
            timeout: ZMCONTROL_MS,
            accept: [0, 1],
          }),
        )
  if (components.length === 0) throw new CannotTell(`${manager.value} names no component of Carbonio`)
  return components
}

/** `UNIT LOAD ACTIVE SUB DESCRIPTION` */
function fromSystemd(text: string): Component[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([unit]) => unit?.endsWith('.target'))
    .map(([name = '', load = '', active = '', sub = '']) => ({
      name,
      running: load === 'not-found' ? null : active === 'active',
      detail: load === 'loaded' ? `${active} (${sub})` : load,
    }))
}

/** `Host mail.example.com`, then `	mailbox                 Running`, further words below a stopped one. */
function fromZmcontrol(text: string): Component[] {
  const components: Component[] = []
  for (const line of text.split('\n')) {
    const [, name, state] = /^\s+(\S.*?)\s{2,}(Running|Stopped)\s*$/.exec(line) ?? []
    if (name !== undefined && state !== undefined) {
      components.push({ name, running: state === 'Running', detail: state })
    } else if (components.length > 0 && /^\s+\S/.test(line)) {
      const last = components.at(-1)!
      last.detail = `${last.detail}: ${line.trim()}`.slice(0, 300)
    }
  }
  return components
}

/** The name under which Carbonio knows this server: its own setting, else the host name. */
export async function askServerName({ shell, signal }: Asker, hostname: string | null): Promise<string> {
  try {
    const answer = await zmlocalconfigGet.run(
      shell,
      { key: 'zimbra_server_hostname' },
      { timeout: CARBONIO_MS, signal },
    )
    if (answer.understood && answer.value.value !== '') return answer.value.value
  } catch {
    signal.throwIfAborted()
  }
  if (hostname === null) throw new CannotTell('the name under which Carbonio knows this server is not known')
  return hostname
}
