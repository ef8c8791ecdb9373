/** Synthetic Backup Paths: the sample a person tries Lifeboat with, and paths for tests and benches. */
export type { SampleAccount, SampleDamage, SampleItem, SampleManifest } from './manifest.ts'
export { isSample, SampleTargetError, writeSample, writeSampleGently, type SampleOptions } from './sample.ts'
export { writeBulk, type BulkManifest, type BulkOptions } from './bulk.ts'
