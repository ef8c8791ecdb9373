/**
 * `npm run check`: types of the three projects, lint (with the direction of imports), format, dead code. Every step
 * runs, two at a time; a step that says anything on the way to success is a failure too: no warnings.
 */
import { spawn } from 'node:child_process'
import { delimiter, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')

interface Step {
  name: string
  command: [string, ...string[]]
}

/** Longest first, so that the two lanes end together. */
const STEPS: Step[] = [
  { name: 'lint', command: ['eslint', '--max-warnings=0', '.'] },
  { name: 'types: end-to-end tests', command: ['tsc', '-p', 'tsconfig.e2e.json'] },
  { name: 'types: engine and tests', command: ['tsc', '-p', 'tsconfig.node.json'] },
  { name: 'types: page', command: ['vue-tsc', '-p', 'tsconfig.web.json'] },
  { name: 'types: preload', command: ['tsc', '-p', 'tsconfig.preload.json'] },
  {
    name: 'direction of imports',
    command: ['depcruise', 'src-main', 'src-renderer', '--output-type', 'err'],
  },
  { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
]
const LANES = 2
/** Dependency-cruiser cannot be silent. */
const SAYS_WHEN_GOOD = /^✔ no dependency violations found \(.*\)$/

interface Outcome {
  name: string
  ok: boolean
  seconds: number
}

async function run({ name, command: [program, ...args] }: Step): Promise<Outcome> {
  const started = performance.now()
  const child = spawn(join(bin, program), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    shell: process.platform === 'win32',
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const code = await new Promise<number | null>((done) => {
    child.once('error', () => done(null))
    child.once('close', done)
  })
  const text = Buffer.concat(output).toString('utf8').trim()
  const ok = code === 0 && (text === '' || SAYS_WHEN_GOOD.test(text))
  const seconds = (performance.now() - started) / 1000
  console.log(`${ok ? '✔' : '✖'} ${name} (${seconds.toFixed(1)} s)${text && !ok ? `\n${text}\n` : ''}`)
  return { name, ok, seconds }
}

const wanted = process.argv.slice(2)
const queue = STEPS.filter((step) => wanted.length === 0 || wanted.some((word) => step.name.includes(word)))
const outcomes: Outcome[] = []
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (let step = queue.shift(); step; step = queue.shift()) outcomes.push(await run(step))
  }),
)
const failed = outcomes.filter((outcome) => !outcome.ok)
console.log(
  failed.length === 0 ? '\nAll checks passed.' : `\nFailed: ${failed.map(({ name }) => name).join(', ')}`,
)
process.exitCode = failed.length === 0 ? 0 : 1
