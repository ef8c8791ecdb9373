import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ITEM_TYPES, PROBLEM_KINDS } from '../../../../src-main/backup/types.ts'
import { en } from '../../../../src-renderer/i18n/en/index.ts'
import { it as italian } from '../../../../src-renderer/i18n/it/index.ts'
import { makeI18n } from '../../../../src-renderer/plugins/i18n.ts'

const SOURCES = join(import.meta.dirname, '../../../../src-renderer')
const placeholders = (text: string): string[] => [...new Set(text.match(/\{[^}]+\}/g) ?? [])].sort()

function sources(): string {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(vue|ts)$/.test(name) && !name.startsWith('i18n'))
    .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
    .join('\n')
}

describe('the words of the screens', () => {
  it('are the same keys in English and Italian', () => {
    expect(Object.keys(italian).sort()).toEqual(Object.keys(en).sort())
  })

  it('have the same placeholders and forms of number in both', () => {
    for (const [key, text] of Object.entries(en)) {
      expect(placeholders(italian[key] ?? ''), key).toEqual(placeholders(text))
      expect((italian[key] ?? '').split(' | ').length, key).toBe(text.split(' | ').length)
    }
  })

  it('are never empty', () => {
    for (const messages of [en, italian])
      for (const [key, text] of Object.entries(messages)) expect(text.trim(), key).not.toBe('')
  })

  it('cover every kind of problem and every type of item', () => {
    for (const kind of PROBLEM_KINDS)
      for (const part of ['title', 'meaning', 'next'])
        expect(en, kind).toHaveProperty([`kind.${kind}.${part}`])
    for (const type of ITEM_TYPES) expect(en).toHaveProperty([`type.${type}`])
  })

  it('can all be written, whatever signs they hold', () => {
    const { global } = makeI18n()
    for (const language of ['en', 'it'] as const) {
      global.locale.value = language
      for (const key of Object.keys(en)) {
        const named = Object.fromEntries(placeholders(en[key] ?? '').map((name) => [name.slice(1, -1), 'X']))
        expect(global.t(key, named, 2), key).not.toBe(key)
        expect(global.t(key, named, 2), key).not.toMatch(/[{}|]/)
      }
    }
  })

  it('choose the form by the number and keep its separators', () => {
    const { global } = makeI18n()
    expect(global.t('unit.messages', { n: '1' }, 1)).toBe('1 message')
    expect(global.t('unit.messages', { n: '1,204' }, 1204)).toBe('1,204 messages')
    expect(global.t('unit.messages', { n: '0' }, 0)).toBe('0 messages')
  })

  it('hold every key the screens ask for', () => {
    const asked = new Set(
      [...sources().matchAll(/\b(?:t|counted)\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''),
    )
    for (const key of asked) expect(en, key).toHaveProperty([key])
    expect(asked.size).toBeGreaterThan(150)
  })

  it('hold no key that nobody asks for', () => {
    const text = sources()
    const unused = Object.keys(en).filter((key) => {
      if (text.includes(`'${key}'`)) return false
      // built keys: t(`blob.${…}`), t(`kind.${…}.title`)
      const parts = key.split('.')
      return !parts.some((_, at) => text.includes(`\`${parts.slice(0, at).join('.')}.\${`) && at > 0)
    })
    expect(unused).toEqual([])
  })
})
