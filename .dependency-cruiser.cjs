/**
 * The direction of imports: downwards only, as in DESIGN: hosts → api → recovery → export, verify, remote → catalog →
 * mail → backup. `engine` and `contract` serve all but `backup` and `mail`; electron stays in its corner; no circles.
 */
const HOSTS = ['electron.ts', 'preload.ts', 'serve.ts', 'start.ts', 'cli.ts', 'cli', 'desktop', 'hosts']
const RECOVERY = ['recovery', 'drill']
const DEEDS = ['export', 'verify', 'remote']

/** Each room, and the rooms above it or beside it that it must not reach into. */
const MAY_NOT_IMPORT = {
  contract: [...HOSTS, 'api', ...RECOVERY, ...DEEDS, 'catalog', 'mail', 'engine'],
  backup: [...HOSTS, 'api', ...RECOVERY, ...DEEDS, 'catalog', 'mail', 'engine', 'contract'],
  mail: [...HOSTS, 'api', ...RECOVERY, ...DEEDS, 'catalog', 'engine', 'contract'],
  engine: [...HOSTS, 'api', ...RECOVERY, ...DEEDS, 'catalog', 'mail', 'backup'],
  catalog: [...HOSTS, 'api', ...RECOVERY, ...DEEDS],
  export: [...HOSTS, 'api', ...RECOVERY, 'verify', 'remote'],
  verify: [...HOSTS, 'api', ...RECOVERY, 'export', 'remote'],
  remote: [...HOSTS, 'api', ...RECOVERY, 'export', 'verify', 'catalog', 'mail'],
  recovery: [...HOSTS, 'api', 'drill'],
  drill: [...HOSTS, 'api'],
  api: HOSTS,
  hosts: ['electron.ts', 'preload.ts', 'serve.ts', 'start.ts', 'cli.ts', 'cli', 'desktop'],
  desktop: ['electron.ts', 'preload.ts', 'serve.ts', 'start.ts', 'cli.ts', 'cli'],
  cli: ['electron.ts', 'preload.ts', 'start.ts', 'cli.ts', 'desktop'],
}

const place = (room) => `^src-main/${room.endsWith('.ts') ? room.replace('.', '\\.') + '$' : room + '/'}`

module.exports = {
  forbidden: [
    ...Object.entries(MAY_NOT_IMPORT).map(([room, above]) => ({
      name: `${room}-imports-downwards`,
      severity: 'error',
      from: { path: place(room) },
      to: { path: above.map(place) },
    })),
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'electron-in-its-corner',
      severity: 'error',
      from: { path: '^(src-main|src-renderer)/', pathNot: '^src-main/(electron\\.ts|preload\\.ts|desktop/)' },
      to: { path: '^(node_modules/)?electron(/|$)' },
    },
    {
      name: 'the-page-knows-the-contract-only',
      comment: 'and of it the types and the Italian sentences only: zod and the engine stay out of the page',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/(?!contract/said/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-page-knows-the-contract-only',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/', pathNot: '^src-main/(contract/|backup/types\\.ts)' },
    },
    {
      name: 'sentences-stand-alone',
      comment: 'the page takes them in: nothing of the engine may come with them',
      severity: 'error',
      from: { path: '^src-main/contract/said/' },
      to: { pathNot: '^src-main/contract/said/' },
    },
    {
      name: 'the-page-has-no-node',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-engine-knows-no-page',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-renderer/' },
    },
    {
      name: 'the-app-knows-no-tests',
      severity: 'error',
      from: { path: '^src-' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      mainFields: ['types', 'main'],
    },
    moduleSystems: ['es6'],
  },
}
