// Takes a lock again and again, without a pause between. Arguments: lock file, how long each time in ms.
import { underLock } from '../../../../../src-main/recovery/journal/lock.ts'

const [file = '', hold = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
for (;;) {
  underLock(file, () => {
    for (const until = Date.now() + Number(hold); Date.now() < until;);
  })
}
