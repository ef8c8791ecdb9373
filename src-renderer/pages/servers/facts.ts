import type { Fact, ServerReport, Volume } from '../../../src-main/contract/server-report.ts'
import type { Mark } from '../../components/mark.ts'

/** One thing that was seen; `mark` where it needs attention or is good to know. */
export interface FactValue {
  text: string
  mark?: Mark
  mono?: boolean
  /** The moment the text tells of, ms UTC. */
  at?: number
}
export interface FactRow {
  key: string
  label: string
  values: FactValue[]
  /** Why it could not be told; null when it was. */
  because: string | null
  /** The row above could not be told for the very same reason. */
  same: boolean
  /** It was not asked yet. */
  waiting: boolean
}
export interface FactGroup {
  key: string
  title: string
  rows: FactRow[]
}

/** Words and figures in the person's form. */
export interface FactWords {
  t(key: string, named?: Record<string, unknown>, plural?: number): string
  count(n: number): string
  counted(key: string, n: number): string
  bytes(n: number): string
  duration(seconds: number): string
  dateTime(ms: number): string
  /** What the engine says, in the person's language; left out: as it is. */
  say?: (text: string) => string
}

/** What the engine says of a fact it will still ask for (probe.ts). */
const NOT_ASKED = 'it was not asked yet'
/** Clocks further apart than this make dates of mail and tickets wrong, ms. */
const CLOCKS_APART_MS = 5000
/** A file system with less of it free than this share is nearly full. */
const NEARLY_FULL = 0.05

/** True when a volume has less than 5 % of its space or inodes left. */
export function nearlyFull({ size, free, inodes, inodesFree, hangs = false }: Volume): boolean {
  if (hangs) return false
  const noSpace = size > 0 && free / size < NEARLY_FULL
  return (
    noSpace || (inodes !== null && inodesFree !== null && inodes > 0 && inodesFree / inodes < NEARLY_FULL)
  )
}

/** A report as rows of words, in the four groups of the screen. Volumes are a table of their own. */
export function factGroups(report: ServerReport, words: FactWords): FactGroup[] {
  const { t, count, counted, bytes, duration, dateTime } = words
  const said = words.say ?? ((text: string) => text)
  const { system, carbonio, storage, backup } = report

  function row<T>(key: string, fact: Fact<T>, say: (value: T) => FactValue[]): FactRow {
    const label = t(`facts.${key}`)
    if (fact.known) return { key, label, values: say(fact.value), because: null, same: false, waiting: false }
    const waiting = !report.done && fact.because === NOT_ASKED
    return { key, label, values: [], because: said(fact.because), same: false, waiting }
  }
  const plain = (text: string): FactValue[] => [{ text }]
  const mono = (text: string): FactValue[] => [{ text, mono: true }]
  const good = (yes: boolean, text: string): FactValue[] => [{ text, mark: yes ? 'ok' : 'attention' }]
  const none = (values: FactValue[]): FactValue[] => (values.length > 0 ? values : plain(t('facts.none')))
  const group = (key: string, all: FactRow[]): FactGroup => {
    const rows = all.map((one, at) => ({
      ...one,
      same: one.because !== null && one.because === all[at - 1]?.because,
    }))
    return { key, title: t(`facts.group.${key}`), rows }
  }

  return [
    group('system', [
      row('hostname', system.hostname, mono),
      row('os', system.os, ({ pretty }) => plain(pretty)),
      row('kernel', system.kernel, mono),
      row('login', system.login, ({ user, uid, groups }) =>
        plain(t('facts.loginText', { user, uid, groups: groups.join(', ') || '–' })),
      ),
      row('time', system.timeDifference, ({ milliseconds, uncertainty }) => {
        const apart = Math.abs(milliseconds)
        const named = { time: duration(apart / 1000), by: count(uncertainty) }
        if (apart <= CLOCKS_APART_MS) return good(true, t('facts.timeSame', named))
        return good(false, milliseconds > 0 ? t('facts.timeAhead', named) : t('facts.timeBehind', named))
      }),
      row('zone', system.zone, plain),
      row('uptime', system.uptimeSeconds, (seconds) => plain(duration(seconds))),
      row('load', system.load, ({ one, five, fifteen, processors }) => {
        const text = [one, five, fifteen].map((value) => value.toFixed(2)).join(' · ')
        const shown = t('facts.loadText', { load: text, n: count(processors) }, processors)
        return [one > processors * 2 ? { text: shown, mark: 'attention' } : { text: shown }]
      }),
    ]),
    group('carbonio', [
      row('version', carbonio.version, (version) => plain(said(version))),
      row('zextras', carbonio.zextras, ({ uid, gid, home, shell }) =>
        plain(t('facts.zextrasText', { uid, gid, home, shell })),
      ),
      row('serviceManager', carbonio.serviceManager, plain),
      row('components', carbonio.components, (components) =>
        none(
          components.map(({ name, running, detail }) => ({
            text: `${name}: ${detail}`,
            mark: running === null ? 'off' : running ? 'ok' : 'attention',
          })),
        ),
      ),
      row('packages', carbonio.packages, (packages) =>
        none(packages.map(({ name, version }) => ({ text: `${name} ${version}`, mono: true }))),
      ),
    ]),
    group('backup', [
      row('path', backup.path, mono),
      row('pathFrom', backup.pathFrom, (from) => plain(said(from))),
      row('size', backup.size, ({ bytes: size, complete, accounts }) => [
        { text: complete ? bytes(size) : t('facts.atLeast', { size: bytes(size) }) },
        ...(accounts === null ? [] : [{ text: counted('unit.accounts', accounts) }]),
      ]),
      row('free', backup.free, ({ bytes: free, inodes }) =>
        plain(
          inodes === null
            ? t('facts.freeText', { size: bytes(free) })
            : t('facts.freeInodes', { size: bytes(free), n: count(inodes) }),
        ),
      ),
      row('owner', backup.owner, ({ user, group: team, mode, zextrasMayWrite }) => [
        { text: `${user}:${team} ${mode}`, mono: true },
        ...good(zextrasMayWrite, zextrasMayWrite ? t('facts.mayWrite') : t('facts.mayNotWrite')),
      ]),
      row('caseSensitive', backup.caseSensitive, ({ sensitive, how }) =>
        good(sensitive, `${sensitive ? t('facts.yes') : t('facts.no')}: ${said(how)}`),
      ),
      row('readOnly', backup.readOnly, (readOnly) =>
        readOnly ? [{ text: t('facts.yes'), mark: 'attention' }] : plain(t('facts.no')),
      ),
      row('realTimeScanner', backup.realTimeScanner, (on) => plain(on ? t('facts.on') : t('facts.off'))),
      row('smartScan', backup.smartScan, ({ enabled, schedule }) => [
        { text: enabled ? t('facts.on') : t('facts.off') },
        { text: said(schedule), mono: true },
      ]),
      row('retention', backup.retention, ({ items, accounts }) => {
        const days = (n: number): string => (n === 0 ? t('facts.forEver') : counted('duration.days', n))
        const lines = [t('facts.retentionItems', { time: days(items) })]
        if (accounts !== null) lines.push(t('facts.retentionAccounts', { time: days(accounts) }))
        return lines.map((text) => ({ text }))
      }),
      row('operations', backup.operations, (operations) =>
        none(
          operations.map(({ id, name, state, startedAt }) => ({
            text: [name, state, startedAt === null ? '' : dateTime(startedAt), id]
              .filter(Boolean)
              .join(' · '),
            ...(startedAt === null ? {} : { at: startedAt }),
          })),
        ),
      ),
      row('licence', backup.licence, ({ valid, detail }) => good(valid, said(detail))),
    ]),
    group('storage', [
      row('places', storage.places, ({ root, carbonio: opt, backup: path }) =>
        [root, opt, path].flatMap((place, at) => {
          if (!place) return []
          const text = t('facts.placeText', { path: place.path, mount: place.mount, device: place.device })
          if (at === 0) return [{ text }]
          return place.separateFromRoot
            ? [{ text: `${text}, ${t('facts.separate')}`, mark: 'ok' as const }]
            : [{ text: `${text}, ${t('facts.notSeparate')}`, mark: 'attention' as const }]
        }),
      ),
      row('blockDevices', storage.blockDevices, (devices) =>
        none(
          devices.map(({ name, kind, size, fileSystem, mounts }) => ({
            text: [name, kind, bytes(size), fileSystem, mounts.join(', ')].filter(Boolean).join(' · '),
            mono: true,
          })),
        ),
      ),
    ]),
  ]
}

/** All of a report as plain text, for a ticket or a colleague. */
export function reportText(report: ServerReport, groups: readonly FactGroup[], words: FactWords): string {
  const { t, bytes } = words
  const said = words.say ?? ((text: string) => text)
  const lines = [`${report.server} · ${words.dateTime(report.takenAt)}`]
  for (const { title, rows } of groups) {
    lines.push('', title)
    for (const { label, values, because } of rows) {
      const text = because === null ? values.map((value) => value.text).join('; ') : unknownText(because, t)
      lines.push(`  ${label}: ${text}`)
    }
  }
  lines.push('', t('facts.volumes'))
  const { volumes } = report.storage
  if (!volumes.known) lines.push(`  ${unknownText(said(volumes.because), t)}`)
  else {
    for (const { mount, device, type, size, free, readOnly, hangs } of volumes.value) {
      const sizes = { free: bytes(free), size: bytes(size) }
      const space = hangs === true ? t('facts.hangs') : t('facts.freeOf', sizes)
      lines.push(`  ${mount} · ${device} · ${type} · ${space}${readOnly ? ` · ${t('facts.readOnly')}` : ''}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function unknownText(because: string, t: FactWords['t']): string {
  return t('facts.unknown', { because: because.replace(/\.$/, '') })
}
