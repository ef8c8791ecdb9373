/** Child process of the tests that kill, drop privileges or fill a disk: `node run-ingest.ts PATH CATALOG [JOBS]`. Prints the result. */
import { startIngest } from '../../../../../src-main/catalog/ingest/ingest.ts'

const [path = '', catalogFile = '', jobs = '2'] = process.argv.slice(2)
const handle = startIngest({
  path,
  catalogFile,
  zone: 'UTC',
  jobs: Number(jobs),
  onLog: (line) => process.stderr.write(`${line}\n`),
})
handle.onProgress(({ phase, done, revision }) => {
  process.stderr.write(`progress ${phase} ${String(done)} ${String(revision)}\n`)
})
handle.done.then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (reason: unknown) => {
    const error = reason as Error & { code?: string }
    process.stdout.write(JSON.stringify({ error: error.message, name: error.name, code: error.code ?? null }))
    process.exitCode = 1
  },
)
