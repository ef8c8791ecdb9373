import type { MailTarget } from './target.ts'
/** Opens an export into one zip file `name` (default `export.zip`) below `root` (made when missing). */
export function openZipTarget(root: string, name = 'export.zip'): MailTarget {
  throw new Error('not built yet ' + root + name)
}
