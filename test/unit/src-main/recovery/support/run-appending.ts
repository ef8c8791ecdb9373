// Appends to a journal until it is killed, or the given number of times. Arguments: folder, name, times.
import { CaseJournal } from '../../../../../src-main/recovery/journal/journal.ts'

const [folder = '', name = '', times = '1000000'] = process.argv.slice(2)
const journal = new CaseJournal(folder, () => undefined)
process.stdout.write('ready\n')
for (let n = 1; n <= Number(times); n++) {
  journal.append({ kind: 'record', text: `${name} ${n}`, output: 'x'.repeat(n % 5000) })
  process.stdout.write(`${n}\n`)
}
