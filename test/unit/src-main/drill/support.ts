import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll } from 'vitest'
import type { Drill, DrillOptions, DrillServer } from '../../../../src-main/drill/drill.ts'
import { startDrill } from '../../../../src-main/drill/drill.ts'
import { parseFault } from '../../../../src-main/drill/faults.ts'
import { connect, type SshConnection } from '../../../../src-main/remote/connection.ts'
import { parseKnownHosts } from '../../../../src-main/remote/known-hosts.ts'
import { NO_SECRETS } from '../../../../src-main/remote/login.ts'
import type { AuthMethod, Hop, Privilege } from '../../../../src-main/remote/profile.ts'
import type { RemoteShell } from '../../../../src-main/remote/shell.ts'
import { openShell } from '../../../../src-main/remote/ssh-shell.ts'
import { temporaryFolder } from '../../../support/temp.ts'

const drills: Drill[] = []
const connections: SshConnection[] = []

afterAll(async () => {
  for (const connection of connections) connection.close()
  await Promise.all(drills.map((drill) => drill.close()))
})

/** A small drill in a folder of its own (or a given one), closed after the file's tests. */
export async function openDrill(
  faults: readonly string[] = [],
  options: Partial<DrillOptions> = {},
): Promise<Drill> {
  const drill = await startDrill({
    folder: temporaryFolder('drill'),
    speed: 0,
    items: 240,
    ...options,
    faults: faults.flatMap(parseFault),
  })
  drills.push(drill)
  return drill
}

export interface LoginAs {
  user?: string
  privilege?: Privilege
  auth?: AuthMethod[]
  password?: string
}

/** Logs in as the app does: host key checked against the drill's known_hosts. */
export async function login(drill: Drill, server: DrillServer, as: LoginAs = {}): Promise<RemoteShell> {
  const hop: Hop = {
    host: server.host,
    port: server.port,
    user: as.user ?? 'zextras',
    auth: as.auth ?? [{ kind: 'key', file: drill.keyFile }],
  }
  const password = as.password ?? drill.password
  const secrets = {
    ...NO_SECRETS,
    password: () => Promise.resolve(password),
    answers: () => Promise.resolve([password]),
    privilege: () => Promise.resolve(password),
  }
  const lines = parseKnownHosts(readFileSync(drill.knownHostsFile, 'utf8'))
  const connection = await connect({
    profile: { ...hop, jumps: [] },
    knownHosts: () => lines,
    acceptHostKey: () => Promise.resolve(false),
    secrets,
  })
  connections.push(connection)
  return openShell(connection, { ...hop, privilege: as.privilege ?? 'zextras' }, secrets)
}

/** Runs a command line with OpenSSH's own client. */
export function realSsh(
  drill: Drill,
  server: DrillServer,
  command: string,
  options: readonly string[] = [],
): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
  const args = [
    ...[...options, '-F', 'none', '-i', drill.keyFile, '-o', `UserKnownHostsFile=${drill.knownHostsFile}`],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes'],
    ...['-p', String(server.port), `zextras@${server.host}`, command],
  ]
  return new Promise((done, fail) => {
    const child = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', fail)
    child.on('close', (code) => done({ code, stdout: Buffer.concat(out), stderr }))
  })
}

export interface WantedItem {
  account: string
  id: number
  /** Uncompressed bytes of the blob; null for an item without one. */
  message: Buffer | null
}

interface WrittenState {
  deleted: boolean
  blobDigest?: string
}

/** What a restore of this backup must bring back, read without any of the simulation's own code. */
export function wantedItems(backup: string): WantedItem[] {
  const wanted: WantedItem[] = []
  for (const id of readdirSync(join(backup, 'accounts'))) {
    const folder = join(backup, 'accounts', id)
    const info = JSON.parse(readFileSync(join(folder, 'account_info'), 'utf8')) as { name: string }
    for (const bucket of readdirSync(join(folder, 'items'))) {
      for (const name of readdirSync(join(folder, 'items', bucket))) {
        if (Number(name) < 256) continue
        const text = readFileSync(join(folder, 'items', bucket, name), 'utf8')
        const last = (JSON.parse(text) as WrittenState[]).at(-1)
        if (!last || last.deleted) continue
        const digest = last.blobDigest
        const blob = digest === undefined ? null : join(backup, 'items', digest.slice(0, 2), digest)
        const message = blob === null ? null : gunzipSync(readFileSync(blob))
        wanted.push({ account: info.name, id: Number(name), message })
      }
    }
  }
  return wanted
}

/** What differs between the mailboxes on disk and what they must hold, in words; empty when nothing does. */
export function mailboxDifferences(server: DrillServer, wanted: readonly WantedItem[]): string[] {
  const differences: string[] = []
  const left = new Set(readdirSync(server.store).flatMap((account) => indexOf(server, account)))
  for (const { account, id, message } of wanted) {
    const key = `${account}/${id}`
    if (!left.delete(key)) differences.push(`${key} is not in the index`)
    const file = join(server.store, account, `${id}.msg`)
    if (message === null) {
      if (existsSync(file)) differences.push(`${key} has a message that is not in the backup`)
    } else if (!existsSync(file)) differences.push(`${key} has no message`)
    else if (!readFileSync(file).equals(message)) differences.push(`${key} differs`)
  }
  return [...differences, ...[...left].map((key) => `${key} is too much`)]
}

function indexOf(server: DrillServer, account: string): string[] {
  return readFileSync(join(server.store, account, 'index.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => `${account}/${(JSON.parse(line) as { id: number }).id}`)
}

/** Text of the newest notification whose subject holds these words. */
export function notification(server: DrillServer, words: string): string {
  const texts = readdirSync(server.notifications)
    .sort()
    .map((name) => readFileSync(join(server.notifications, name), 'utf8'))
  return texts.findLast((text) => /^Subject: (.*)$/m.exec(text)?.[1]?.includes(words) === true) ?? ''
}

/** Brings the old server's backup to the new one, as a copy tool would; the path there. */
export async function bringBackup(drill: Drill, name = 'old-backup'): Promise<string> {
  const shell = await login(drill, drill.new)
  const target = `/mnt/${name}`
  const copied = await shell.run(['cp', '-a', drill.old.backup, target])
  if (copied.code !== 0) throw new Error(copied.stderr)
  return join(drill.new.root, 'mnt', name)
}
