import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bring } from '../../../../../src-main/recovery/procedures/data-recovery/bring.ts'
import { carbonioInstalled } from '../../../../../src-main/recovery/procedures/data-recovery/carbonio-installed.ts'
import type { StepContext } from '../../../../../src-main/recovery/types.ts'

const versions: Record<string, string | null> = {}
vi.mock('../../../../../src-main/remote/probe/probe.ts', () => ({
  probeServer: ({ host }: { host: string }) => {
    const version = versions[host] ?? null
    return Promise.resolve({
      server: host,
      system: { login: { known: true, value: 'root' }, kernel: { known: true, value: '6.1' } },
      carbonio: {
        version:
          version === null ? { known: false, because: 'no packages' } : { known: true, value: version },
      },
    })
  },
}))

let looks = 0
function context(given: {
  hasOld?: boolean
  facts?: Record<string, unknown>
  bytes?: number | null
  way?: string
}): StepContext {
  const { hasOld = true, facts = {}, bytes = null, way = 'copy' } = given
  return {
    caseId: `case ${String(++looks)}`,
    step: 'carbonio-installed',
    signal: new AbortController().signal,
    fields: { way },
    address: (role: string) => ({ serverId: role }),
    hasServer: (role: string) => role === 'new' || hasOld,
    shell: (role: string) => ({ host: role }),
    fact: (name: string) => facts[name] ?? null,
    catalog: () => Promise.resolve(bytes === null ? null : { totals: () => ({ bytes }) }),
  } as unknown as StepContext
}

const check = carbonioInstalled.checks.find(({ id }) => id === 'version')

describe('the version of the new server beside that of the old one', () => {
  beforeEach(() => {
    versions['new'] = '24.3.0'
    versions['old'] = '24.3.0'
  })

  it.each([
    ['23.12.1', '24.3.0', 'attention'],
    ['24.3.0', '24.12.0', 'attention'],
    ['24.3.0', '24.3.0', 'ok'],
    ['24.12.0', '24.3.0', 'ok'],
  ])('new %s, old %s: %s', async (now, before, verdict) => {
    versions['new'] = now
    versions['old'] = before
    const seen = await check!.run(context({}))
    expect(seen.verdict).toBe(verdict)
    expect(seen.evidence.en).toContain(now)
    expect(seen.evidence.en).toContain(before)
    // an older one says what to do about it
    if (verdict === 'attention') expect(seen.next?.en).toMatch(/Update the new server first/)
  })

  it('without an old server there is nothing to compare with: attention, not a green mark', async () => {
    expect(await check!.run(context({ hasOld: false }))).toMatchObject({ verdict: 'attention' })
  })

  it('an old server that does not tell its version is not taken for an equal one', async () => {
    versions['old'] = null
    await expect(check!.run(context({}))).rejects.toThrow(/does not tell its version/)
  })
})

describe('the time that bringing the Backup Path will take', () => {
  it('is what the catalog counts at the rate that was measured', async () => {
    const known = context({ facts: { 'bring.rate': 25_000_000 }, bytes: 5_000_000_001 })
    expect(await bring.expected!(known)).toBe(201)
  })

  it('is not told before something was measured, or without a catalog', async () => {
    const unmeasured = { en: expect.stringContaining('has not measured a rate') as string }
    expect(await bring.expected!(context({ bytes: 5_000 }))).toMatchObject(unmeasured)
    const uncounted = { it: expect.stringContaining('nessun catalogo') as string }
    expect(await bring.expected!(context({ facts: { 'bring.rate': 25_000_000 } }))).toMatchObject(uncounted)
  })

  it('is none where nothing is carried', async () => {
    expect(await bring.expected!(context({ bytes: 5_000, way: 'mounted' }))).toBeNull()
  })
})
