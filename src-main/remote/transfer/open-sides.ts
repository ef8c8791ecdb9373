import { detectLayout } from '../../backup/layout.ts'
import { assertApart, realPlace } from '../../engine/paths.ts'
import { assertDistinct, whereaboutsHere, type Whereabouts } from './apart.ts'
import { noGnuTar } from './direct/errors.ts'
import { LocalDelivery } from './deliver-local.ts'
import type { Flow } from './flow.ts'
import type { Ledger } from './ledger.ts'
import { ServerLink } from './link.ts'
import { listCommand, readListing } from './list-remote.ts'
import type { Listing } from './listing.ts'
import { LocalSide } from './local-side.ts'
import type { CopyPool } from './pool.ts'
import { probeSource, type ServerFacts } from './probe.ts'
import { lookAtTarget } from './probe-target.ts'
import { RemoteSide } from './remote-side.ts'
import type { Sides, SourceSide, TargetSide } from './sides.ts'
import { LocalSource } from './source-local.ts'
import { RemoteSource } from './source-remote.ts'
import { NOT_OURS, openLocalTarget } from './target-local.ts'
import type { CopyOptions, CopyPlace, CopyTiming } from './types.ts'

/** What both ends of a copy share. */
export interface OpenContext {
  options: CopyOptions
  timing: CopyTiming
  signal: AbortSignal
  pool: CopyPool
  flow: Flow
  ledger: () => Ledger
  batchBytes: number
  onBytes: (bytes: number) => void
  onWaiting: (why: string | null) => void
  /** Hears of what must be closed at the end, also when opening fails half-way. */
  onOpen: (opened: ServerLink | Closing) => void
  /** Something to tell the person in the end. */
  onNote: (note: string) => void
}

/** Clears up on its side. Never throws. */
export interface Closing {
  close(): Promise<void>
}

type LocalPlace = Extract<CopyPlace, { kind: 'local' }>
type ServerPlace = Extract<CopyPlace, { kind: 'server' }>

interface OpenSource {
  source: SourceSide
  /** Of a source on a server. */
  remote: { link: ServerLink; facts: ServerFacts } | null
  /** Root of a local source. */
  root: string | null
  lies: Whereabouts
  early: Promise<Listing> | undefined
}

/**
 * Looks at both ends, refuses what cannot be, makes the target ready. Listings begin as soon as they can.
 * @throws ConnectionError, ExpectedError, NotABackupPathError, UnreadablePathError
 */
export async function openSides(context: OpenContext): Promise<Sides> {
  const { source, target } = context.options
  const free: ArrayBuffer[] = []
  const begun = target.kind === 'local' ? listEarly(target, context) : undefined
  const opened =
    source.kind === 'server' ? await openServer(source, context, free) : openHere(source, context, free)
  const early = { source: opened.early, target: begun }
  if (target.kind === 'local') {
    const side = openTargetHere(target, opened, context, free)
    return { source: opened.source, target: side, early }
  }
  const { side, link } = await openTargetServer(target, opened, context, free)
  const direct = await openDirect(opened, side, link, context)
  return { source: direct ?? opened.source, target: side, early }
}

/** The bytes go straight from server to server: refuses before anything begins where they cannot. */
async function openDirect(
  { source, remote }: OpenSource,
  side: RemoteSide,
  target: ServerLink,
  context: OpenContext,
): Promise<SourceSide | null> {
  const { direct: way, dryRun } = context.options
  if (way === undefined || remote === null) return null
  const { link, facts } = remote
  const { DirectSource, assertDirect } = await import('./direct/direct-source.ts')
  if (!facts.gnuTar) throw noGnuTar(link.name)
  if (dryRun === true) {
    await assertDirect(link, target, way)
    return null
  }
  const { flow, ledger, timing, onBytes, onNote } = context
  const direct = new DirectSource(source, {
    ...{ source: link, target, way, root: facts.root, place: () => side.place },
    ...{ flow, ledger, stall: timing.stall, onBytes, onNote },
  })
  context.onOpen(direct)
  await direct.ready()
  return direct
}

/** Many seconds of a large copy are spent on looking: it begins before the connection stands. */
function listEarly(target: LocalPlace, { pool }: OpenContext): Promise<Listing> {
  const listing = pool.list(realPlace(target.path), NOT_OURS)
  listing.catch(() => undefined)
  return listing
}

async function openServer(
  place: ServerPlace,
  context: OpenContext,
  free: ArrayBuffer[],
): Promise<OpenSource> {
  const { flow, batchBytes, timing, onBytes } = context
  const link = await connect(place, context)
  // Most servers have GNU find: the listing runs while the rest is asked.
  const early = link.start(listCommand(place.path, true)).then(
    (command) => ({ command, listing: readListing(command, true, () => false) }),
    () => null,
  )
  const drop = (): void => void early.then((begun) => begun?.command.kill())
  early.then((begun) => begun?.listing.catch(() => undefined)).catch(() => undefined)
  try {
    const facts = await probeSource(link)
    const source = new RemoteSource(link, facts, { flow, batchBytes, free, stall: timing.stall, onBytes })
    const usable = facts.printf && facts.root === place.path
    if (!usable) drop()
    const listing = usable
      ? early.then(async (begun) =>
          begun === null ? source.list() : begun.listing.catch(() => source.list()),
        )
      : undefined
    listing?.catch(() => undefined)
    return { source, remote: { link, facts }, root: null, lies: { ...facts, there: true }, early: listing }
  } catch (error) {
    drop()
    throw error
  }
}

function openHere(place: LocalPlace, context: OpenContext, free: ArrayBuffer[]): OpenSource {
  const { root } = detectLayout(place.path)
  const { pool, flow, batchBytes, onBytes } = context
  const source = new LocalSource(root, { pool, flow, batchBytes, free, onBytes })
  return { source, remote: null, root, lies: whereaboutsHere(root), early: undefined }
}

function openTargetHere(
  place: LocalPlace,
  { root, lies }: OpenSource,
  context: OpenContext,
  free: ArrayBuffer[],
): TargetSide {
  if (root !== null) assertApart(place.path, root, 'target')
  assertDistinct(lies, whereaboutsHere(realPlace(place.path)))
  const target = openLocalTarget(place.path, context.options.dryRun === true)
  const { pool, flow, ledger, batchBytes } = context
  const { staging, owner, umask } = target
  pool.place({ source: root, target: target.root, staging, owner, umask })
  const delivery = new LocalDelivery({ target, pool, flow, ledger, free, batchBytes })
  const side = new LocalSide(target, pool, delivery)
  context.onOpen(side)
  return side
}

async function openTargetServer(
  place: ServerPlace,
  { root, lies }: OpenSource,
  context: OpenContext,
  free: ArrayBuffer[],
): Promise<{ side: RemoteSide; link: ServerLink }> {
  const link = await connect(place, context)
  const facts = await lookAtTarget(link)
  assertDistinct(lies, facts)
  const { pool, flow, ledger, batchBytes } = context
  pool.place({ source: root, target: null, staging: null, owner: null, umask: 0 })
  const side = new RemoteSide(link, facts, { pool, flow, ledger, free, batchBytes, source: root })
  context.onOpen(side)
  if (context.options.dryRun !== true) await side.open()
  return { side, link }
}

async function connect(place: ServerPlace, context: OpenContext): Promise<ServerLink> {
  const link = new ServerLink(place, context.timing, context.signal, context.onWaiting)
  context.onOpen(link)
  await link.connect()
  return link
}
