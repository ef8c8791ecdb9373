import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
// the first screen, in the first file: everything else is fetched when it is shown
import HomePage from './pages/home/home-page.vue'

const page = (path: string, name: string, component: RouteRecordRaw['component']): RouteRecordRaw =>
  ({ path, name, component, meta: { title: name === 'open' ? 'nav.home' : `nav.${name}` } }) as RouteRecordRaw

/** Hash routes: the same in a window of `app://` and behind the loopback server. */
export function makeRouter() {
  return createRouter({
    history: createWebHashHistory(),
    routes: [
      page('/', 'home', HomePage),
      page('/cases', 'cases', () => import('./pages/cases/cases-page.vue')),
      page('/case/:id', 'case', () => import('./pages/case/case-page.vue')),
      page('/case/:id/unrestored', 'unrestored', () => import('./pages/unrestored/unrestored-page.vue')),
      page(
        '/case/:id/configurations',
        'configurations',
        () => import('./pages/configurations/configurations-page.vue'),
      ),
      page('/accounts', 'accounts', () => import('./pages/accounts/accounts-page.vue')),
      page('/mail', 'mail', () => import('./pages/mail/mail-page.vue')),
      page('/search', 'search', () => import('./pages/search/search-page.vue')),
      page('/unclaimed', 'unclaimed', () => import('./pages/unclaimed/unclaimed-page.vue')),
      page('/problems', 'problems', () => import('./pages/problems/problems-page.vue')),
      page('/check', 'check', () => import('./pages/check/check-page.vue')),
      page('/servers', 'servers', () => import('./pages/servers/servers-page.vue')),
      page('/copy', 'copy', () => import('./pages/copy/copy-page.vue')),
      page('/tasks', 'tasks', () => import('./pages/tasks/tasks-page.vue')),
      page('/settings', 'settings', () => import('./pages/settings/settings-page.vue')),
      page('/log', 'log', () => import('./pages/log/log-page.vue')),
      // where a host sends a path to open (client.ts): the first screen, until it is open
      page('/open', 'open', HomePage),
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
}

/** Screens that show an open Backup Path and have nothing to show without one. */
export const NEEDS_BACKUP: readonly string[] = [
  'accounts',
  'mail',
  'search',
  'unclaimed',
  'problems',
  'check',
]
