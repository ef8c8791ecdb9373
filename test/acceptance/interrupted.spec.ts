import { describe, expect, test } from 'vitest'
import { DAMAGE_NAMES, type DamageName } from '../support/damages.ts'
import { makePath } from '../support/make-path.ts'
import { Random } from '../../src-main/backup/writer/random.ts'
import { exportedFiles, judgeExport } from './support/judge.ts'
import { indexResult } from './support/results.ts'
import { exportArguments, newScene, parsedExport, run } from './support/scene.ts'

const DAMAGES: readonly DamageName[] = DAMAGE_NAMES.filter(
  (name) => !['bomb', 'huge-metadata', 'unreadable-blob', 'unreadable-metadata'].includes(name),
)

/** How many times each command is killed; more by the environment. */
const KILLS = Number(process.env['LIFEBOAT_KILLS'] ?? 6)

describe('kill -9 in the middle', () => {
  test('of an export: the next one ends as an undisturbed one does', async () => {
    const calm = newScene('calm')
    const made = makePath({ root: calm.backup, accounts: 3, messages: 900, damages: DAMAGES, seed: 11 })
    const whole = await run(calm, exportArguments(calm))
    const reference = parsedExport(whole)
    expect(judgeExport(made, calm.out, reference)).toEqual([])
    const wanted = exportedFiles(calm.out)
      .filter((f) => !f.path.endsWith('.csv'))
      .map((f) => `${f.path} ${f.sha256}`)
      .sort()
    const random = new Random(Date.now())
    const scene = { ...newScene('killed'), backup: calm.backup }
    for (let n = 0; n < KILLS; n++) {
      const killAfter = 150 + random.int(Math.max(200, whole.ms * 1.1))
      const killed = await run(scene, exportArguments(scene), { killAfter })
      if (killed.code !== null) break
    }
    const last = parsedExport(await run(scene, exportArguments(scene)))
    expect(judgeExport(made, scene.out, last)).toEqual([])
    const got = exportedFiles(scene.out)
      .filter((f) => !f.path.endsWith('.csv'))
      .map((f) => `${f.path} ${f.sha256}`)
      .sort()
    expect(got).toEqual(wanted)
    expect(last.exported + last.already).toBe(reference.exported + reference.already)
    expect(last.failed.length).toBe(reference.failed.length)
  })

  test('of an index: the next one counts as an undisturbed one does', async () => {
    const calm = newScene('calm-index')
    makePath({ root: calm.backup, accounts: 4, messages: 1500, damages: DAMAGES, seed: 12 })
    const whole = await run(calm, ['index', calm.backup])
    const reference = indexResult.parse(whole.json)
    const random = new Random(Date.now())
    const scene = { ...newScene('killed-index'), backup: calm.backup }
    for (let n = 0; n < KILLS; n++) {
      const killed = await run(scene, ['index', scene.backup], { killAfter: 150 + random.int(whole.ms) })
      if (killed.code !== null) break
    }
    const last = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    const counts = ({ seconds: _, catalog: __, ...rest }: typeof last) => rest
    expect(counts(last)).toEqual(counts(reference))
    const again = indexResult.parse((await run(scene, ['index', scene.backup])).json)
    expect(counts(again)).toEqual(counts(reference))
  })
})
