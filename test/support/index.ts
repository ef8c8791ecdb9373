/** Helpers for every test: temporary folders, Backup Paths made by hand, proof that a tree did not change, the mail corpus. */
export { corpusFolder, loadCorpus, type CorpusMessage } from './corpus.ts'
export { applyDamages, DAMAGE_NAMES, DAMAGES, NEEDS_PLAIN_USER, type DamageName } from './damages.ts'
export { DIALECTS, dialectNamed, type Dialect, type SpelledItem } from './dialects.ts'
export {
  makePath,
  MadePath,
  plainMessage,
  type Claim,
  type Fate,
  type MadeAccount,
  type MadeBlob,
  type MadeItem,
  type MakePathOptions,
} from './make-path.ts'
export { mutateMessage } from './mutate.ts'
export { snapshotDifferences, snapshotTree, type SnapshotEntry } from './snapshot.ts'
export { removeTree } from './remove-tree.ts'
export { temporaryFolder } from './temp.ts'
