import { z } from 'zod'
import { ITEM_TYPES } from '../backup/types.ts'

/** Milliseconds since 1970 UTC. */
export const timeSchema = z.number().int()
export const itemTypeSchema = z.enum(ITEM_TYPES)
export const deletedModeSchema = z.enum(['hide', 'show', 'only'])
export type DeletedMode = z.infer<typeof deletedModeSchema>

/** Names an open Backup Path in every later call. */
export const catalogIdSchema = z.string().min(1).max(64)
export const limitSchema = z.number().int().min(1).max(1000)
export const offsetSchema = z.number().int().min(0)

/** Typed errors that a person is meant to read: what happened (message), why, and what to do next. */
const advice = z.object({ why: z.string(), next: z.string() })
export const expectedErrors = {
  NOT_A_BACKUP_PATH: { status: 422, data: advice },
  UNREADABLE: { status: 423, data: advice },
  NOT_FOUND: { status: 404, data: advice },
  REFUSED: { status: 409, data: advice },
  BAD_QUERY: { status: 400, data: advice },
  /** A server could not be reached, refused the login or showed a host key that nobody accepted. */
  CONNECTION: { status: 502, data: advice },
} as const
export type ExpectedErrorCode = keyof typeof expectedErrors
