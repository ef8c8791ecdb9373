import { describe, expect, test } from 'vitest'
import { DAMAGE_NAMES, NEEDS_PLAIN_USER, type DamageName } from '../support/damages.ts'
import { DIALECTS } from '../support/dialects.ts'
import { makePath } from '../support/make-path.ts'
import { canDropRoot } from './support/cli.ts'
import { exportAndJudge, newScene } from './support/scene.ts'

const plain = canDropRoot || process.getuid?.() !== 0
const usable = (names: readonly DamageName[]): DamageName[] =>
  names.filter((name) => plain || !NEEDS_PLAIN_USER.includes(name))

describe('every recoverable message comes back byte for byte', () => {
  for (const dialect of DIALECTS) {
    test(`in the spelling ${dialect.name}, with every damage at once`, async () => {
      const scene = newScene(`damage-${dialect.name}`)
      const made = makePath({
        root: scene.backup,
        dialect,
        accounts: 3,
        messages: 260,
        damages: usable(DAMAGE_NAMES),
        seed: 7,
      })
      await exportAndJudge(scene, made, { checkFolders: dialect.readable })
    })
  }
})

/** A hundred program starts: only when asked for (all of them together are tried above). */
describe.skipIf(process.env['LIFEBOAT_ACCEPTANCE'] !== 'full')('one damage alone', () => {
  for (const damage of usable(DAMAGE_NAMES)) {
    test(damage, async () => {
      const scene = newScene(`one-${damage}`)
      const made = makePath({
        root: scene.backup,
        dialect: 'camel',
        accounts: 1,
        messages: 8,
        damages: [damage],
        lively: false,
      })
      const result = await exportAndJudge(scene, made, { checkFolders: true })
      const lost = made.claims().filter((claim) => claim.fate === 'lost').length
      expect(result.failed.length).toBeGreaterThanOrEqual(lost)
    })
  }
})
