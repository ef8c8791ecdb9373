import { describe, expect, it } from 'vitest'
import { NOTICE_KINDS } from '../../../../src-main/backup/types.ts'
import { countErrors, NOTICES } from '../../../../src-renderer/format/problem-weight.ts'
import { isAbort, toShownError } from '../../../../src-renderer/format/shown-error.ts'

function orpcError(code: string, message: string, data: unknown): Error {
  return Object.assign(new Error(message), { code, data, defined: true })
}

describe('toShownError', () => {
  it('passes on the advice of an expected error and spares its stack', () => {
    const shown = toShownError(
      orpcError('NOT_A_BACKUP_PATH', 'This is no backup path', {
        why: 'No accounts, no items.',
        next: 'Choose another.',
      }),
    )
    expect(shown).toMatchObject({
      code: 'NOT_A_BACKUP_PATH',
      what: 'This is no backup path',
      why: 'No accounts, no items.',
      next: 'Choose another.',
    })
    expect(shown.details).not.toContain(' at ')
  })

  it('keeps the stack of what nobody expected', () => {
    const shown = toShownError(new TypeError('x is not a function'))
    expect(shown.code).toBeNull()
    expect(shown.details).toContain('x is not a function')
    expect(shown.details).toContain(' at ')
  })

  it('does not take a failure of the transport for advice', () => {
    expect(toShownError(orpcError('NOT_FOUND', 'Not Found', undefined)).code).toBeNull()
  })

  it('survives whatever is thrown', () => {
    expect(toShownError('text').what).toBe('text')
    expect(toShownError(null).what).toBe('null')
  })

  it('tells a call that was given up from a failure', () => {
    expect(isAbort(new DOMException('x', 'AbortError'))).toBe(true)
    expect(isAbort(new Error('x'))).toBe(false)
  })
})

describe('countErrors', () => {
  it('leaves out the kinds that are no errors, the same as the engine', () => {
    expect([...NOTICES].sort()).toEqual([...NOTICE_KINDS].sort())
    expect(countErrors({ 'blob-missing': 2, 'blob-orphan': 9, 'metadata-broken': 1 })).toBe(3)
    expect(countErrors({})).toBe(0)
  })
})
