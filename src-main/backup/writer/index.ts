/** Synthetic Backup Paths: the sample a person tries Lifeboat with, and paths for tests and benches. */
export type { SampleItem, SampleManifest } from './manifest.ts'
export { isSample, SampleTargetError, writeSample, writeSampleGently } from './sample.ts'
export { writeBulk, type BulkManifest } from './bulk.ts'
