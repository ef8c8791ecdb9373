import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'

vi.mock('../../../../src-renderer/client.ts', () => ({
  client: {},
  subscribe: () => undefined,
  isDesktop: false,
}))

const { mountInApp } = await import('./support.ts')
const { default: StateMark } = await import('../../../../src-renderer/components/state-mark.vue')
const { default: TimeText } = await import('../../../../src-renderer/components/time-text.vue')
const { default: FailedState } = await import('../../../../src-renderer/components/failed-state.vue')
const { default: TabStrip } = await import('../../../../src-renderer/components/tab-strip.vue')
const { default: MessageRow } = await import('../../../../src-renderer/components/mail/message-row.vue')
const { default: ExportOutcome } = await import('../../../../src-renderer/pages/tasks/export-outcome.vue')
const { default: HelpText } = await import('../../../../src-renderer/components/help-text.vue')
const { parseHelp } = await import('../../../../src-renderer/help/parse.ts')
const { useApp } = await import('../../../../src-renderer/stores/app.ts')

afterEach(() => {
  document.body.innerHTML = ''
})

describe('StateMark', () => {
  it('always says its word, also where only the shape is seen', () => {
    const shown = mountInApp(StateMark, { kind: 'failed', label: 'Missing' })
    expect(shown.text()).toBe('Missing')
    expect(shown.find('svg').exists()).toBe(true)
    const bare = mountInApp(StateMark, { kind: 'failed', label: 'Missing', word: false })
    expect(bare.find('.visually-hidden').text()).toBe('Missing')
    expect(bare.attributes('title')).toBe('Missing')
  })
})

describe('TimeText', () => {
  const ms = Date.parse('2026-10-12T07:14:03Z')
  it('shows the zone of the settings and UTC on hover', async () => {
    const wrapper = mountInApp(TimeText, { ms })
    const app = useApp()
    app.settings = { ...app.settings, displayZone: 'Asia/Tokyo', language: 'en' }
    await nextTick()
    expect(wrapper.text()).toMatch(/12.*2026.*16:14/)
    expect(wrapper.attributes('title')).toContain('2026-10-12 07:14:03 UTC')
    expect(wrapper.attributes('datetime')).toBe('2026-10-12T07:14:03.000Z')
  })
  it('shows a dash for an unknown time', () => {
    const wrapper = mountInApp(TimeText, { ms: null })
    expect(wrapper.text()).toBe('–')
    expect(wrapper.attributes('datetime')).toBeUndefined()
  })
})

describe('FailedState', () => {
  const expected = {
    what: 'It went wrong',
    why: 'The disk is gone.',
    next: 'Connect it.',
    code: 'UNREADABLE',
    details: 'd',
    at: 0,
  }
  it('says what, why and next, and offers to try again', async () => {
    const wrapper = mountInApp(FailedState, { error: expected })
    expect(wrapper.text()).toContain('It went wrong')
    expect(wrapper.text()).toContain('The disk is gone.')
    expect(wrapper.text()).toContain('Connect it.')
    expect(wrapper.text()).not.toContain('did not expect')
    await wrapper.findAll('button')[0]!.trigger('click')
    expect(wrapper.emitted('retry')).toHaveLength(1)
  })
  it('says so when nobody expected it', () => {
    const wrapper = mountInApp(FailedState, { error: { ...expected, code: null }, retry: false })
    expect(wrapper.text()).toContain('did not expect')
    expect(wrapper.findAll('button')).toHaveLength(1)
  })
})

describe('TabStrip', () => {
  it('moves with the arrow keys, round at the ends, one stop for Tab', async () => {
    const tabs = [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B' },
      { id: 'c', label: 'C' },
    ]
    const wrapper = mountInApp(TabStrip, { tabs, panel: 'p', label: 'Tabs', modelValue: 'a' })
    expect(wrapper.findAll('[tabindex="0"]')).toHaveLength(1)
    const buttons = wrapper.findAll('[role="tab"]')
    await buttons[0]!.trigger('keydown', { key: 'ArrowLeft' })
    await buttons[0]!.trigger('keydown', { key: 'ArrowRight' })
    await buttons[0]!.trigger('keydown', { key: 'End' })
    expect(wrapper.emitted('update:modelValue')).toEqual([['c'], ['b'], ['c']])
  })
})

describe('MessageRow', () => {
  const row = {
    key: 'i1',
    account: 'uuid',
    accountName: 'anna@example.com',
    id: 300,
    type: 'message',
    subject: 'Invoice <b>October</b>',
    from: 'Bob <bob@example.com>',
    to: null,
    date: Date.UTC(2026, 9, 12),
    size: 84_000,
    flags: 'uf',
    tags: ['VIP'],
    deleted: false,
    hasAttachment: true,
    folder: 'Inbox',
    blob: 'ok',
    read: true,
  }
  const props = { row, lines: 2, marked: false, marking: false, cursor: false, place: 'none' }

  it('shows sender, subject, tags and size; text is never markup', () => {
    const wrapper = mountInApp(MessageRow, props)
    expect(wrapper.text()).toContain('Bob')
    expect(wrapper.text()).not.toContain('bob@example.com')
    expect(wrapper.text()).toContain('Invoice <b>October</b>')
    expect(wrapper.text()).toContain('VIP')
    expect(wrapper.text()).toContain('84\u00a0kB')
    expect(wrapper.find('.words b').exists()).toBe(false)
    expect(wrapper.classes()).toContain('unread')
    expect(wrapper.find('[aria-label="Has an attachment"]').exists()).toBe(true)
  })

  it('is in the list with its mark when it is damaged, missing or deleted', () => {
    expect(mountInApp(MessageRow, { ...props, row: { ...row, blob: 'damaged' } }).text()).toContain('Damaged')
    expect(mountInApp(MessageRow, { ...props, row: { ...row, blob: 'missing' } }).text()).toContain('missing')
    const deleted = mountInApp(MessageRow, { ...props, row: { ...row, deleted: true } })
    expect(deleted.text()).toContain('Deleted')
    expect(deleted.classes()).toContain('deleted')
  })

  it('says that a message was not read yet, rather than that it has no subject', () => {
    const unread = mountInApp(MessageRow, { ...props, row: { ...row, subject: null, read: false } })
    expect(unread.text()).toContain('Not read yet')
    expect(mountInApp(MessageRow, { ...props, row: { ...row, subject: null } }).text()).toContain(
      'No subject',
    )
  })

  it('says account and folder where the list spans them', () => {
    expect(
      mountInApp(MessageRow, { ...props, place: 'folder' })
        .find('.where')
        .text(),
    ).toBe('Inbox')
    expect(
      mountInApp(MessageRow, { ...props, place: 'account' })
        .find('.where')
        .text(),
    ).toBe('anna@example.com · Inbox')
    expect(mountInApp(MessageRow, props).find('.where').exists()).toBe(false)
  })

  it('is a grey bone while its page is on the way', () => {
    const wrapper = mountInApp(MessageRow, { ...props, row: undefined })
    expect(wrapper.find('.bone').exists()).toBe(true)
  })
})

describe('ExportOutcome', () => {
  const result = {
    exported: 1986,
    bytes: 4_600_000,
    already: 4,
    failed: [],
    failedTotal: 0,
    manifest: '/out/manifest.csv',
    out: '/out',
    complete: true,
  }

  it('says what was verified, what was there, and that all of it is', () => {
    const wrapper = mountInApp(ExportOutcome, { result })
    expect(wrapper.text()).toContain('1,986')
    expect(wrapper.text()).toContain('Everything asked for is there.')
    expect(wrapper.find('table').exists()).toBe(false)
  })

  it('never says done when something failed, and lists each reason', async () => {
    const failed = Array.from({ length: 12 }, (_, at) => ({
      account: 'uuid',
      id: at,
      digest: null,
      reason: 'blob-missing: it is not there',
      salvaged: at === 0 ? 'Damaged/x.partial.eml' : null,
    }))
    const wrapper = mountInApp(ExportOutcome, {
      result: { ...result, failed, failedTotal: 12, complete: false },
    })
    expect(wrapper.text()).not.toContain('Everything asked for is there.')
    expect(wrapper.text()).toContain('Not everything is there.')
    expect(wrapper.findAll('tbody tr')).toHaveLength(8)
    expect(wrapper.find('tbody tr').text()).toContain('Message missing')
    await wrapper.find('button.link').trigger('click')
    expect(wrapper.findAll('tbody tr')).toHaveLength(12)
  })
})

describe('HelpText', () => {
  it('draws text as text', () => {
    const wrapper = mountInApp(HelpText, {
      blocks: parseHelp('# A <script>\n\nPress [[Ctrl E]] **now**.\n\n- one\n'),
    })
    expect(wrapper.find('script').exists()).toBe(false)
    expect(wrapper.find('h2').text()).toBe('A <script>')
    expect(wrapper.find('kbd').text()).toBe('Ctrl E')
    expect(wrapper.find('strong').text()).toBe('now')
  })
})
