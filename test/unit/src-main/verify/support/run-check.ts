/** A process of its own that checks, to be killed. usage: node run-check.ts REQUEST */
import type { CheckRequest } from '../../../../../src-main/verify/check-types.ts'
import { startCheck } from '../../../../../src-main/verify/checker.ts'

await startCheck(JSON.parse(process.argv[2] ?? '') as CheckRequest).done
