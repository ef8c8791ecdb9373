import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * Where Node keeps compiled code of a run from the sources, inside node_modules: who may write there can change the
 * program anyway, unlike in the system's folder for temporary files. Null for the bundle and for a Node that keeps none.
 */
export function compileCacheFolder(moduleUrl: string): string | null {
  const plain = moduleUrl.replace(/[?#].*$/, '')
  const root = plain.lastIndexOf('/src-main/')
  if (root < 0 || !plain.endsWith('.ts') || typeof module.enableCompileCache !== 'function') return null
  return fileURLToPath(`${plain.slice(0, root)}/node_modules/.cache/lifeboat`)
}
