import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { makeI18n } from '../../../../src-renderer/plugins/i18n.ts'
import { makeVuetify } from '../../../../src-renderer/plugins/vuetify.ts'

/** Mounts a component with everything a screen has around it, in English. */
export function mountInApp(
  component: Component,
  props: Record<string, unknown> = {},
  slots: Record<string, string> = {},
) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const names = ['home', 'accounts', 'mail', 'search', 'unclaimed', 'problems', 'check', 'tasks', 'settings']
  const router = createRouter({
    history: createMemoryHistory(),
    routes: names.map((name) => ({
      path: name === 'home' ? '/' : `/${name}`,
      name,
      component: { render: () => null },
    })),
  })
  const global = { plugins: [pinia, makeI18n(), router, makeVuetify(undefined)] }
  return mount(component, { props, slots, global, attachTo: document.body })
}
