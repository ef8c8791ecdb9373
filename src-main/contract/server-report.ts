import { z } from 'zod'
import { timeSchema } from './common.ts'

/** A fact of a server: known, or why it could not be told. Never a guess. */
function fact<Value extends z.ZodType>(value: Value) {
  return z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), value }),
    z.object({ known: z.literal(false), because: z.string() }),
  ])
}
export type Fact<Value> = { known: true; value: Value } | { known: false; because: string }

/** A mounted file system. Sizes in bytes. */
export const volumeSchema = z.object({
  mount: z.string(),
  device: z.string(),
  /** `ext4`, `xfs`, `nfs4`, … */
  type: z.string(),
  size: z.number(),
  used: z.number(),
  free: z.number(),
  /** Null where the file system counts none. */
  inodes: z.number().nullable(),
  inodesFree: z.number().nullable(),
  readOnly: z.boolean(),
  /** It did not tell its sizes in time: a hanging disk or network mount. The numbers are 0 then. */
  hangs: z.boolean().optional(),
})
export type Volume = z.infer<typeof volumeSchema>

/** A disk, partition or logical volume. */
export const blockDeviceSchema = z.object({
  name: z.string(),
  /** `disk`, `part`, `lvm`, … */
  kind: z.string(),
  size: z.number(),
  fileSystem: z.string().nullable(),
  mounts: z.array(z.string()),
  /** Name of the device it lies on. */
  parent: z.string().nullable(),
})
export type BlockDevice = z.infer<typeof blockDeviceSchema>

/** On which mount a path lies, and whether it shares it. */
const placeSchema = z.object({
  path: z.string(),
  mount: z.string(),
  device: z.string(),
  separateFromRoot: z.boolean(),
})

export const componentSchema = z.object({
  /** Of systemd `carbonio-appserver.target`, of zmcontrol `mailbox`. */
  name: z.string(),
  running: z.boolean().nullable(),
  detail: z.string(),
})
export type Component = z.infer<typeof componentSchema>

/** An entry of the one queue of backup operations. */
export const operationSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  startedAt: timeSchema.nullable(),
})

export const systemFactsSchema = z.object({
  hostname: fact(z.string()),
  os: fact(z.object({ name: z.string(), version: z.string(), id: z.string(), pretty: z.string() })),
  kernel: fact(z.string()),
  /** Who logged in. */
  login: fact(z.object({ user: z.string(), uid: z.number(), groups: z.array(z.string()) })),
  /** Server minus laptop, ms; half the round trip is taken off and named as the uncertainty. */
  timeDifference: fact(z.object({ milliseconds: z.number(), uncertainty: z.number() })),
  zone: fact(z.string()),
  uptimeSeconds: fact(z.number()),
  load: fact(z.object({ one: z.number(), five: z.number(), fifteen: z.number(), processors: z.number() })),
})
export const carbonioFactsSchema = z.object({
  /** User `zextras`, owner of Carbonio. */
  zextras: fact(z.object({ uid: z.number(), gid: z.number(), home: z.string(), shell: z.string() })),
  version: fact(z.string()),
  packages: fact(z.array(z.object({ name: z.string(), version: z.string() }))),
  /** Which of the two starts and stops the components here; they are never mixed on one host. */
  serviceManager: fact(z.enum(['systemd', 'zmcontrol'])),
  components: fact(z.array(componentSchema)),
})
export const storageFactsSchema = z.object({
  volumes: fact(z.array(volumeSchema)),
  blockDevices: fact(z.array(blockDeviceSchema)),
  /** `/`, `/opt/zextras` and the Backup Path. */
  places: fact(
    z.object({ root: placeSchema, carbonio: placeSchema.nullable(), backup: placeSchema.nullable() }),
  ),
})
export const backupFactsSchema = z.object({
  /** `ZxBackup_DestPath` */
  path: fact(z.string()),
  /** Where `path` was learnt: `carbonio config`, `default place`, … */
  pathFrom: fact(z.string()),
  /** `complete` is false when counting was broken off: then it is at least so much. */
  size: fact(z.object({ bytes: z.number(), complete: z.boolean(), accounts: z.number().nullable() })),
  owner: fact(
    z.object({ user: z.string(), group: z.string(), mode: z.string(), zextrasMayWrite: z.boolean() }),
  ),
  /** Found by looking only; `how` says at what. */
  caseSensitive: fact(z.object({ sensitive: z.boolean(), how: z.string() })),
  readOnly: fact(z.boolean()),
  free: fact(z.object({ bytes: z.number(), inodes: z.number().nullable() })),
  realTimeScanner: fact(z.boolean()),
  smartScan: fact(z.object({ enabled: z.boolean(), schedule: z.string() })),
  /** Days; 0 = for ever. */
  retention: fact(z.object({ items: z.number(), accounts: z.number().nullable() })),
  operations: fact(z.array(operationSchema)),
  licence: fact(z.object({ valid: z.boolean(), detail: z.string() })),
})

export const serverReportSchema = z.object({
  /** `user@host:port` */
  server: z.string(),
  takenAt: timeSchema,
  seconds: z.number(),
  /** False while facts still come in; what was not asked yet is unknown because `it was not asked yet`. */
  done: z.boolean(),
  system: systemFactsSchema,
  carbonio: carbonioFactsSchema,
  storage: storageFactsSchema,
  backup: backupFactsSchema,
})
export type ServerReport = z.infer<typeof serverReportSchema>
