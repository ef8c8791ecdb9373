/**
 * A technician in a process of its own, so that the laptop can really be killed: opens a data folder, goes on with a
 * case until its end (or the given step), and ends. Arguments: data folder, case id, step to stop before (or nothing).
 */
import { openLaptop } from './laptop.ts'
import { perform } from './technician.ts'

const [dataFolder = '', caseId = '', before = ''] = process.argv.slice(2)
const laptop = openLaptop(dataFolder)
try {
  await perform(laptop, caseId, { until: ({ present }) => present === before })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await laptop.close()
}
