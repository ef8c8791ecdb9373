import { afterEach, describe, expect, it, vi } from 'vitest'
import type { UnrestoredItem } from '../../../../src-main/contract/unrestored.ts'

vi.mock('../../../../src-renderer/client.ts', () => ({
  client: {},
  subscribe: () => undefined,
  isDesktop: false,
}))

const { mountInApp } = await import('./support.ts')
const { default: AddressText } = await import('../../../../src-renderer/components/address-text.vue')
const { default: WorklistTable } =
  await import('../../../../src-renderer/pages/unrestored/worklist-table.vue')

afterEach(() => {
  document.body.innerHTML = ''
})

/** The pieces between which a line may end: what each innermost box holds. */
function pieces(address: string): string[] {
  const wrapper = mountInApp(AddressText, { address })
  expect((wrapper.element as HTMLElement).textContent).toBe(address)
  return wrapper
    .findAll('span')
    .filter((one) => one.element.children.length === 0)
    .map((one) => one.element.textContent)
}

describe('an address in a table', () => {
  it('breaks before its @ and between the parts of its domain only', () => {
    expect(pieces('office-with-a-long-name@department.example.com')).toEqual([
      'office-with-a-long-name',
      '@department.',
      'example.',
      'com',
    ])
  })

  it('or a path, or the name of a setting, breaks behind its strokes only', () => {
    expect(pieces('server/old/ZxBackup_MaxMessageSize')).toEqual([
      'server/',
      'old/',
      'ZxBackup_',
      'MaxMessageSize',
    ])
    expect(pieces('/opt/zextras')).toEqual(['/', 'opt/', 'zextras'])
  })

  it('breaks inside a part only where that is too long for any column', () => {
    const long = 'x'.repeat(40)
    const spans = mountInApp(AddressText, { address: `${long}@example.com` }).findAll('span span')
    expect(spans.map((one) => one.classes('nowrap'))).toEqual([false, true, true])
  })

  it('is left alone when it is none', () => {
    for (const text of [
      '8f2c-77',
      '',
      'a@b@c',
      'Anna Rossi <anna@example.com>',
      '@example.com',
      'anna@',
      'yes / no',
    ])
      expect(pieces(text), text).toEqual([text])
  })

  it('of an unrestored item also stands below it, for windows too narrow for a column of its own', () => {
    const row: UnrestoredItem = {
      account: 'anna@example.com',
      id: 1,
      type: 'message',
      folder: 'Inbox',
      subject: 'Invoice',
      from: '',
      date: null,
      bytes: 0,
      cause: 'broken',
      evidence: { en: '', it: '' },
      sure: true,
      exportable: false,
      fromServer: false,
      outcome: null,
    }
    const table = mountInApp(WorklistTable, { modelValue: null, rows: [row], current: null })
    expect(table.get('td.account').text()).toBe('anna@example.com')
    expect(table.get('.below').text()).toBe('anna@example.com')
    // the head goes with its column
    expect(table.find('th.account').exists()).toBe(true)
  })
})
