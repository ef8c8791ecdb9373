import { oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors, limitSchema, offsetSchema, timeSchema } from './common.ts'
import { sourcePlaceSchema } from './recovery.ts'

/** Settings and configuration files of the old server beside those of the new one. Nothing here changes a setting. */

/** Where settings come from: a server asked live, or a Backup Path that a server can read (`getServerConfig backup_path`). */
const settingsSideSchema = z.object({
  serverId: z.string().min(1),
  /** A foreign Backup Path on that server; without it the server's own. */
  backupPath: z.string().regex(/^\/./s).max(4096).optional(),
  /** `last`, or dd/MM/yyyy HH:mm:ss in the time of the server. */
  date: z.string().max(40).optional(),
  /** File with a saved configuration, on that server. */
  file: z.string().regex(/^\/./s).max(4096).optional(),
})
export type SettingsSide = z.infer<typeof settingsSideSchema>

const standingSchema = z.enum(['equal', 'changed', 'only-old', 'only-new'])
const countsSchema = z.record(standingSchema, z.number())

const tickSchema = z.object({ at: timeSchema, by: z.string(), note: z.string() })

const settingRowSchema = z.object({
  /** `type/id/key`. */
  key: z.string(),
  old: z.string().nullable(),
  new: z.string().nullable(),
  standing: standingSchema,
  /** Sets the old value on the new server, for the person to copy; Lifeboat never runs it. */
  command: z.string().nullable(),
  /** A name, id, path or address of the machine: usually not to be carried over. */
  ofTheMachine: z.boolean(),
  /** Ticked by a person as dealt with; null when not. */
  ticked: tickSchema.nullable(),
})
export type SettingRow = z.infer<typeof settingRowSchema>

/** An archive of the folder server/ of a Backup Path. */
const serverArchiveSchema = z.object({
  name: z.string(),
  bytes: z.number(),
  at: timeSchema,
  kind: z.enum(['customizations', 'other']),
})
const confRowSchema = z.object({
  name: z.string(),
  standing: standingSchema,
  oldBytes: z.number().nullable(),
  newBytes: z.number().nullable(),
  why: z.string().nullable(),
  ticked: tickSchema.nullable(),
})
const diffLineSchema = z.object({
  kind: z.enum(['same', 'old', 'new']),
  old: z.number().nullable(),
  new: z.number().nullable(),
  text: z.string(),
})
const queuedSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  standing: z.enum(['running', 'queued', 'unknown']),
  queuedAt: timeSchema.nullable(),
  startedAt: timeSchema.nullable(),
  /** `phase 2, 40/231`; empty when it does not tell. */
  detail: z.string(),
})

const base = oc.errors(expectedErrors)
const caseId = z.object({ caseId: z.string().min(1).max(64) })
const archiveOf = z.object({ place: sourcePlaceSchema, archive: z.string().min(1).max(1000) })
const server = z.object({ serverId: z.string().min(1) })

export const configurationsContract = {
  /** Where old and new settings of a case may come from, best first. */
  sides: base.input(caseId).output(
    z.object({
      old: z.array(z.object({ label: z.string(), side: settingsSideSchema })),
      new: z.array(z.object({ label: z.string(), side: settingsSideSchema })),
      places: z.array(z.object({ label: z.string(), place: sourcePlaceSchema })),
    }),
  ),
  /** Reads both sides now and keeps them for `settings`. Takes as long as two calls of Carbonio. */
  read: base
    .input(
      caseId.extend({
        old: settingsSideSchema,
        new: settingsSideSchema,
        verbose: z.boolean(),
        /** `type/id/key`, or its beginning; everything without it. */
        query: z.string().trim().max(300).optional(),
      }),
    )
    .output(
      z.object({
        old: z.object({ saved: z.string().nullable(), count: z.number(), command: z.string() }),
        new: z.object({ saved: z.string().nullable(), count: z.number(), command: z.string() }),
        counts: countsSchema,
        at: timeSchema,
      }),
    ),
  /** Rows of what was read last, searched and filtered. */
  settings: base
    .input(
      caseId.extend({
        search: z.string().max(500),
        standings: z.array(standingSchema).max(4),
        hideTicked: z.boolean(),
        offset: offsetSchema,
        limit: limitSchema,
      }),
    )
    .output(z.object({ rows: z.array(settingRowSchema), total: z.number(), counts: countsSchema })),
  /** Ticks a row (a setting by its key, a file by `conf:` and its name), or takes the tick away. It is in the journal. */
  tick: base
    .input(
      caseId.extend({ key: z.string().min(1).max(2000), ticked: z.boolean(), note: z.string().max(10_000) }),
    )
    .output(z.void()),

  archives: base.input(z.object({ place: sourcePlaceSchema })).output(z.array(serverArchiveSchema)),
  /** Files of an archive of the old server beside those that the new one has now. Nothing is unpacked. */
  confFiles: base
    .input(caseId.extend({ old: archiveOf, new: server }))
    .output(z.object({ rows: z.array(confRowSchema), cut: z.string().nullable(), counts: countsSchema })),
  confDiff: base.input(z.object({ old: archiveOf, new: server, file: z.string().min(1).max(1000) })).output(
    z.object({
      lines: z.array(diffLineSchema).max(60_000),
      /** Too different: all lines of the old, then all of the new. */
      coarse: z.boolean(),
      /** Why one side is missing; null when both are there. */
      missing: z.string().nullable(),
    }),
  ),

  /** What runs and waits on a server. */
  queue: base.input(server).output(z.array(queuedSchema)),
  /** Ends one operation; `name` as it was shown, so that nothing else is ended. */
  stop: base.input(server.extend({ id: z.string(), name: z.string() })).output(z.array(queuedSchema)),
  stopAll: base.input(server).output(z.array(queuedSchema)),
}
