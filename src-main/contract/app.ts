import { oc } from '@orpc/contract'
import { z } from 'zod'
import { expectedErrors } from './common.ts'

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  density: z.enum(['comfortable', 'compact']),
  /** IANA zone name used to show dates; null = the laptop's. */
  displayZone: z.string().nullable(),
  exportFormat: z.enum(['eml', 'mbox', 'maildir', 'zip']),
  /** Language of the screens; absent or `system` = the laptop's. */
  language: z.enum(['system', 'en', 'it']).optional(),
  /** Worker threads for indexing; null = as many as there are cores. */
  jobs: z.number().int().min(1).max(64).nullable(),
  /** Bytes a second that a new copy may take at most; absent or null = no limit. */
  copyLimit: z.number().int().min(1).max(1e12).nullable().optional(),
})
export type Settings = z.infer<typeof settingsSchema>

export const appInfoSchema = z.object({
  version: z.string(),
  host: z.enum(['desktop', 'browser']),
  platform: z.string(),
  dataFolder: z.string(),
  /** Zone of the laptop, IANA name. */
  zone: z.string(),
  home: z.string(),
})
export type AppInfo = z.infer<typeof appInfoSchema>

/** A directory for the folder picker: names of sub-directories only, never contents of files. */
export const directorySchema = z.object({
  path: z.string(),
  parent: z.string().nullable(),
  entries: z.array(z.object({ name: z.string(), path: z.string(), isBackupPath: z.boolean() })),
  /** Places to start from: home, mounted disks, … */
  places: z.array(z.object({ name: z.string(), path: z.string() })),
  truncated: z.boolean(),
})
export type Directory = z.infer<typeof directorySchema>

const base = oc.errors(expectedErrors)

export const appContract = {
  info: base.output(appInfoSchema),
  settings: base.output(settingsSchema),
  saveSettings: base.input(settingsSchema.partial()).output(settingsSchema),
  /** Lists the directories under `path` (home when omitted) for choosing a Backup Path or a target. */
  directory: base.input(z.object({ path: z.string().optional() })).output(directorySchema),
  /** Native folder dialog; null when the person cancelled. Only on the desktop (REFUSED elsewhere). */
  pickFolder: base.input(z.object({ title: z.string() })).output(z.string().nullable()),
}
