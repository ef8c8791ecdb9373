import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseHelp, parseInline } from '../../../../src-renderer/help/parse.ts'
import { makeRouter } from '../../../../src-renderer/router.ts'

const HELP = join(import.meta.dirname, '../../../../resources/help')
/** Every screen has its help; `open` is where a host sends a path to. */
const screens = makeRouter()
  .getRoutes()
  .flatMap(({ name }) => (typeof name === 'string' && name !== 'open' ? [name] : []))
const TOPICS = [...screens, 'glossary']

describe('parseHelp', () => {
  it('knows headings, paragraphs, lists and code', () => {
    const blocks = parseHelp(
      '# Title\n\nOne line\nand its end.\n\n- first\n- second\n  goes on\n\n1. step\n\n```\nsudo x\n```\n',
    )
    expect(blocks.map((block) => block.kind)).toEqual(['heading', 'paragraph', 'list', 'list', 'code'])
    expect(blocks[1]).toEqual({
      kind: 'paragraph',
      inlines: [{ kind: 'text', text: 'One line and its end.' }],
    })
    expect(blocks[2]).toMatchObject({
      ordered: false,
      items: [[{ text: 'first' }], [{ text: 'second goes on' }]],
    })
    expect(blocks[3]).toMatchObject({ ordered: true })
    expect(blocks[4]).toEqual({ kind: 'code', text: 'sudo x' })
  })

  it('makes data of marks, never HTML', () => {
    expect(parseInline('Press [[Ctrl E]] or **export** `a < b`')).toEqual([
      { kind: 'text', text: 'Press ' },
      { kind: 'key', text: 'Ctrl E' },
      { kind: 'text', text: ' or ' },
      { kind: 'bold', text: 'export' },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'a < b' },
    ])
  })

  it('ends an unfinished block of code at the end', () => {
    expect(parseHelp('```\nopen')).toEqual([{ kind: 'code', text: 'open' }])
  })
})

describe('the help of the app', () => {
  it.each(['en', 'it'])('has a text for every screen in %s', (language) => {
    expect(readdirSync(join(HELP, language)).sort()).toEqual(TOPICS.map((topic) => `${topic}.md`).sort())
  })

  it.each(TOPICS)('tells the same in both languages: %s', (topic) => {
    const shape = (language: string): string[] =>
      parseHelp(readFileSync(join(HELP, language, `${topic}.md`), 'utf8')).map((block) => block.kind)
    expect(shape('it')).toEqual(shape('en'))
    expect(shape('en').length).toBeGreaterThan(3)
  })
})
