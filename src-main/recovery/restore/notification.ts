import { readFileSync, statSync } from 'node:fs'
import { previewMessage } from '../../mail/preview.ts'
import { ExpectedError } from '../../engine/errors.ts'
import { parseRestoreReport, type RestoreReport } from '../../remote/carbonio/parse-restore-report.ts'

/** Longer than any report: a hundred thousand ids take 700 kB. */
const MOST = 32 * 1024 * 1024

/** Looks like a whole mail rather than its text: header lines before the first blank one. */
const HEADER = /^(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\s*\n/

/** The text of a notification: pasted text as it is, a whole mail (`.eml`) decoded. Never throws for what it holds. */
async function notificationText(given: string | Buffer): Promise<string> {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given
  const head = bytes.subarray(0, 65_536).toString('latin1').replaceAll('\r\n', '\n')
  if (!HEADER.test(head)) return bytes.toString('utf8')
  try {
    const { text } = await previewMessage(bytes)
    // a mail whose parts cannot be read still has its lines
    return text.trim() === '' ? bytes.toString('utf8') : text
  } catch {
    return bytes.toString('utf8')
  }
}

/** What a notification says; null with the reason where it is none. */
export async function readNotification(
  given: string | Buffer,
): Promise<{ report: RestoreReport; why: null } | { report: null; why: string }> {
  if (given.length > MOST) return { report: null, why: 'It is longer than any report.' }
  // decoding cuts long texts: the ids of a pasted or plain mail are read from the whole of it first
  const plain = parseRestoreReport(typeof given === 'string' ? given : given.toString('utf8'))
  if (plain.understood && plain.value.complete) return { report: plain.value, why: null }
  const decoded = parseRestoreReport(await notificationText(given))
  const best = decoded.understood ? decoded : plain
  return best.understood ? { report: best.value, why: null } : { report: null, why: best.why }
}

/** A dropped file. @throws ExpectedError when it cannot be read */
export function notificationFile(path: string): Buffer {
  try {
    if (statSync(path).size > MOST) throw new Error('it is longer than any report')
    return readFileSync(path)
  } catch (error) {
    throw new ExpectedError('UNREADABLE', `The notification ${path} cannot be read`, {
      why: (error as Error).message,
      next: 'Choose the file again, or paste its text.',
    })
  }
}
