/**
 * `npm test [-- FILTER…]`: builds once, runs every test, says what was skipped and why. The last line is always
 * `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed and something ran.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { ensureBuilt } from '../src-main/hosts/build.ts'
import { PROGRAMS } from './e2e/support/programs.ts'

const root = resolve(import.meta.dirname, '..')
const filters = process.argv.slice(2)

/** The part of vitest's JSON report that is needed here. */
interface Report {
  success: boolean
  numTotalTests: number
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: {
      status: string
      ancestorTitles: string[]
      fullName: string
      title: string
      failureMessages: string[] | null
    }[]
  }[]
}

interface Totals {
  passed: number
  /** A line for each, and what its error began with. */
  failed: string[]
  skipped: number
  /** File and outermost name of what was skipped, with how many tests. */
  skippedBy: Map<string, number>
}

/** Runs vitest on some projects. Adds to the totals; a run that breaks without a failed test counts as one failure. */
async function runProjects(projects: string[], totals: Totals, folder: string): Promise<void> {
  const file = join(folder, `${projects.join('-')}.json`)
  const code = await runVitest([
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  ])
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    if (code !== 0) totals.failed.push(`${projects.join(', ')}: the run ended without a report, code ${code}`)
    return
  }
  const failed: string[] = []
  for (const result of report.testResults) {
    // a file that does not load has no tests, but it has failed
    const path = relative(root, result.name)
    if (result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'))
      failed.push(`${path}: ${startOf(result.message)}`)
    for (const test of result.assertionResults) {
      if (test.status === 'passed') totals.passed++
      else if (test.status === 'failed')
        failed.push(`${path}: ${test.fullName}\n      ${startOf(test.failureMessages?.join('\n') ?? '')}`)
      else {
        totals.skipped++
        const name = `${path}: ${test.ancestorTitles.find(Boolean) ?? test.title}`
        totals.skippedBy.set(name, (totals.skippedBy.get(name) ?? 0) + 1)
      }
    }
  }
  if (failed.length === 0 && code !== 0)
    failed.push(
      `${projects.join(', ')}: every test passed, but the run failed (an error nobody caught: see above)`,
    )
  totals.failed.push(...failed)
}

/** The first lines of an error, indented: what one needs to know it again. */
function startOf(message: string): string {
  return stripVTControlCharacters(message).split('\n').slice(0, 6).join('\n      ')
}

function runVitest(args: string[]): Promise<number> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  // whatever is started by name is the Node of this project, as under npm
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path },
  })
  const stop = (signal: NodeJS.Signals): void => {
    child.kill(signal)
    process.exitCode = 130
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return new Promise((done) => {
    child.once('error', () => done(1))
    child.once('close', (code) => done(code ?? 1))
  })
}

/** Once more at the end, where the last page of a long output is all that somebody has. */
function printFailed({ failed }: Totals): void {
  if (failed.length > 0) console.log('\nFailed:')
  for (const line of failed) console.log(`  ✗ ${line}`)
}

function printSkipped(totals: Totals): void {
  const missing = PROGRAMS.filter((program) => !program.found())
  if (missing.length > 0) console.log('\nNot installed here, so not tested with:')
  for (const { name, loses, get } of missing) console.log(`  ${name}: ${loses} (${get})`)
  if (totals.skippedBy.size > 0) console.log('\nSkipped:')
  for (const [name, count] of totals.skippedBy) console.log(`  ${count} × ${name}`)
}

async function main(): Promise<number> {
  const totals: Totals = { passed: 0, failed: [], skipped: 0, skippedBy: new Map() }
  const folder = mkdtempSync(join(tmpdir(), 'lifeboat-test-'))
  try {
    // what cannot be built is one failure; the rest is worth knowing all the same
    await ensureBuilt('desktop').catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      console.error(message)
      totals.failed.push(`build: ${message}`)
    })
    await runProjects(['unit', 'renderer'], totals, folder)
    await runProjects(['acceptance', 'e2e'], totals, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (totals.passed + totals.failed.length + totals.skipped === 0) {
    totals.failed.push(`No test fits ${filters.join(' ')}`)
  }
  printSkipped(totals)
  printFailed(totals)
  console.log(`\n${totals.passed} passed, ${totals.failed.length} failed, ${totals.skipped} skipped`)
  return totals.failed.length === 0 ? 0 : 1
}

process.exitCode = await main()
