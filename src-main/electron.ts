import('./api/router.ts')
