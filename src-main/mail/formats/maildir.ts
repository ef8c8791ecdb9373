import type { MailTarget } from './target.ts'
/** Opens an export below `root` (made when missing). */
export function openMaildirTarget(root: string): MailTarget {
  throw new Error('not built yet ' + root)
}
