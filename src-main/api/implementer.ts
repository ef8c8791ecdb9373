import { randomUUID } from 'node:crypto'
import { implement, ORPCError } from '@orpc/server'
import { expectedErrors } from '../contract/common.ts'
import { contract } from '../contract/index.ts'
import { toExpectedError } from '../engine/errors.ts'
import type { Engine } from './engine.ts'

/** What every procedure is given. */
export interface ApiContext {
  engine: Engine
}

/**
 * An error as the page may see it: expected ones with their code, message, why and next; anything else becomes one
 * general sentence with the id under which the log has the details.
 */
export function toApiError(error: unknown, engine: Engine, where: string): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return error as ORPCError<string, unknown>
  const expected = toExpectedError(error)
  if (expected) {
    // a query that makes no sense is typing, no event
    if (expected.code !== 'BAD_QUERY') {
      const { code, message, why } = expected
      engine.log.info('refused', { where, code, message, why })
    }
    // with the contract's status it counts as one of its defined errors on the other side
    return new ORPCError(expected.code, {
      status: expectedErrors[expected.code].status,
      message: expected.message,
      data: { why: expected.why, next: expected.next },
    })
  }
  const id = randomUUID().slice(0, 8)
  engine.log.error('unexpected error', { id, where, error })
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: `Something happened that Lifeboat did not foresee (report ${id}).`,
    data: {
      why: 'This is a fault in Lifeboat, not in the backup.',
      next: `Try again. If it happens again, look for ${id} in the log: ${engine.log.file}`,
    },
  })
}

/** Implements the contract: `os.area.procedure.handler(({ input, context, signal }) => …)`. */
export const os = implement(contract)
  .$context<ApiContext>()
  .use(async ({ context, path, next, signal }) => {
    try {
      return await next()
    } catch (error) {
      if (signal?.aborted) throw error
      throw toApiError(error, context.engine, path.join('.'))
    }
  })
