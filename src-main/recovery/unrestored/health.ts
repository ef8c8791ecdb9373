import type { Verdict, Words } from '../../contract/recovery.ts'
import { words } from '../cases/words.ts'
import type { CommandOptions, StepContext } from '../types.ts'

/** What was seen of the disks under a path. Nothing is changed: `fsck -n`, `smartctl -H`, `/proc/mdstat`. */
export interface Health {
  what: string
  verdict: Verdict
  evidence: string
  next: Words | null
}

const OPTIONS: CommandOptions = { as: 'root', effect: 'reads', timeout: 600_000 }

/** File systems that bring files over a network; each call can fail where a disk would not. */
const NETWORK = /^(?:fuse\.sshfs|sshfs|nfs4?|cifs|smb3?|fuse\.(?:davfs|s3fs|rclone)|davfs|9p)$/

const REPAIR = words(
  'Repair only unmounted, and only after an image of the volume was taken (ddrescue).',
  'Riparare solo smontato, e solo dopo aver preso un’immagine del volume (ddrescue).',
)

/** Looks at the file system, the disk and the RAID under a path. */
export async function healthUnder(context: StepContext, path: string): Promise<Health[]> {
  const mount = await mountOf(context, path)
  const found: Health[] = [...(mount === null ? [] : [fileSystem(mount)])]
  if (mount?.source.startsWith('/dev/') === true) {
    if (/^ext[234]$/.test(mount.fstype)) {
      const { code, stdout, stderr } = await context.command('new', ['fsck', '-n', mount.source], OPTIONS)
      found.push(readFsck(mount.source, code, `${stdout}\n${stderr}`))
    }
    const { stdout, stderr } = await context.command('new', ['smartctl', '-H', mount.source], OPTIONS)
    found.push(readSmart(mount.source, `${stdout}\n${stderr}`))
  }
  const { stdout } = await context.command('new', ['cat', '/proc/mdstat'], OPTIONS)
  return [...found, ...readMdstat(stdout)]
}

interface Mount {
  target: string
  source: string
  fstype: string
  options: string
}

async function mountOf(context: StepContext, path: string): Promise<Mount | null> {
  const { stdout } = await context.command('new', ['findmnt', '--json', '-T', path], OPTIONS)
  try {
    const { filesystems } = JSON.parse(stdout) as { filesystems?: Partial<Mount>[] }
    const [first] = filesystems ?? []
    const { target = '', source = '', fstype = '', options = '' } = first ?? {}
    return first === undefined ? null : { target, source, fstype, options }
  } catch {
    return null
  }
}

function fileSystem({ target, source, fstype, options }: Mount): Health {
  const evidence = `${source} ${fstype} ${options} (findmnt)`
  if (NETWORK.test(fstype))
    return {
      what: target,
      verdict: 'attention',
      evidence,
      next: fstype.includes('sshfs')
        ? words(
            'Mount it anew with -o reconnect,ServerAliveInterval=15,ServerAliveCountMax=3,allow_other, or better copy the Backup Path by rsync: it goes on after a break and compares what it brought.',
            'Rimontarlo con -o reconnect,ServerAliveInterval=15,ServerAliveCountMax=3,allow_other, o meglio copiare il Backup Path con rsync: riprende dopo un’interruzione e confronta ciò che ha portato.',
          )
        : words(
            'Copy the Backup Path to a local volume by rsync and restore from there.',
            'Copiare il Backup Path su un volume locale con rsync e ripristinare da lì.',
          ),
    }
  const readOnly = options.split(',').includes('ro')
  return {
    what: target,
    verdict: readOnly ? 'attention' : 'ok',
    evidence,
    next: readOnly
      ? words(
          'It is mounted read-only: a kernel does that by itself when a disk fails (dmesg).',
          'È montato in sola lettura: un kernel lo fa da sé quando un disco si guasta (dmesg).',
        )
      : null,
  }
}

const firstLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, 4)
    .join(' | ')
    .slice(0, 400)

/** `fsck -n`: exit code 0 clean, 4 errors left as they are (fsck(8)). On a mounted volume it may see what is under way. */
export function readFsck(device: string, code: number | null, output: string): Health {
  const evidence = `${firstLines(output)} (fsck -n, code ${String(code)})`
  if (output.includes('simulated by Lifeboat'))
    return { what: device, verdict: 'unknown', evidence, next: null }
  if (code === 0) return { what: device, verdict: 'ok', evidence, next: null }
  if (code !== null && (code & 4) !== 0) {
    const mounted = /is mounted/i.test(output)
    return { what: device, verdict: mounted ? 'attention' : 'red', evidence, next: REPAIR }
  }
  return { what: device, verdict: 'unknown', evidence, next: null }
}

/** `smartctl -H`: what the disk says of itself. */
export function readSmart(device: string, output: string): Health {
  const said = /(?:self-assessment test result|SMART Health Status):\s*(\S+)/i.exec(output)?.[1] ?? null
  const evidence = `${said ?? firstLines(output)} (smartctl -H)`
  if (said === null) return { what: device, verdict: 'unknown', evidence, next: null }
  if (/^(?:PASSED|OK)$/i.test(said)) return { what: device, verdict: 'ok', evidence, next: null }
  return {
    what: device,
    verdict: 'red',
    evidence,
    next: words(
      'The disk says that it fails: copy everything from it at once, and use another one.',
      'Il disco dichiara di guastarsi: copiare subito tutto e usarne un altro.',
    ),
  }
}

/** `/proc/mdstat`: `[UU]` whole, `[U_]` a member is lacking. */
export function readMdstat(text: string): Health[] {
  const found: Health[] = []
  let name: string | null = null
  for (const line of text.split('\n')) {
    name = /^(md\w+)\s*:/.exec(line)?.[1] ?? name
    const members = /\[([U_]+)\]\s*$/.exec(line)?.[1]
    if (name === null || members === undefined) continue
    const degraded = members.includes('_')
    found.push({
      what: name,
      verdict: degraded ? 'red' : 'ok',
      evidence: `[${members}] (/proc/mdstat)`,
      next: degraded
        ? words(
            'A member of the RAID is lacking: take an image before anything is written, then replace it.',
            'Manca un membro del RAID: prendere un’immagine prima di scrivere, poi sostituirlo.',
          )
        : null,
    })
    name = null
  }
  return found
}
