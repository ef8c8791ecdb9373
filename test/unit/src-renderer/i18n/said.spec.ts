import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { makeTranslator } from '../../../../src-renderer/format/said.ts'
import { said } from '../../../../src-renderer/i18n/it/said.ts'
import { saidRemote } from '../../../../src-renderer/i18n/it/said-remote.ts'

const SOURCES = join(import.meta.dirname, '../../../../src-main')
/** Rooms whose sentences must all be there in Italian; of remote/ and recovery/ the commonest ones are. */
const ROOMS = ['api', 'engine', 'export', 'verify', 'hosts', 'backup/layout.ts']
/** Seen in a terminal only. */
const TERMINAL_ONLY = [/^Lifeboat is not built/, /^The page is not built/]
const translate = makeTranslator({ ...saidRemote, ...said })
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

function files(room: string): string[] {
  if (room.endsWith('.ts')) return [join(SOURCES, room)]
  return readdirSync(join(SOURCES, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SOURCES, room, name))
}

/** The texts an expression can be, each hole filled with a word of its own; nothing for what is no text of ours. */
function texts(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isParenthesizedExpression(node)) return texts(node.expression)
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)]
  if (ts.isBinaryExpression(node)) return texts(node.right)
  if (!ts.isTemplateExpression(node)) return []
  return [
    node.templateSpans.reduce((text, span, at) => `${text}Hole${at}${span.literal.text}`, node.head.text),
  ]
}

/** What the engine says: the sentences of expected errors, titles of tasks. */
function sentences(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ['why', 'next', 'title'].includes(node.name.getText()))
      found.push(...texts(node.initializer))
    if (ts.isNewExpression(node)) {
      const name = node.expression.getText()
      if (name === 'ExpectedError') found.push(...(node.arguments ?? []).slice(1, 2).flatMap(texts))
      if (/^(?:NotABackupPath|UnreadablePath)Error$/.test(name))
        found.push(...(node.arguments ?? []).slice(1).flatMap(texts))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  // a name in one word is no sentence, nor is what consists of holes
  const isSentence = (text: string): boolean =>
    /\w /.test(text) && /[a-z]{2}/i.test(text.replace(/Hole\d/g, ''))
  return found.filter((text) => isSentence(text) && !TERMINAL_ONLY.some((rule) => rule.test(text)))
}

describe('what the engine says, in Italian', () => {
  it.each(ROOMS)('has every sentence of %s', (room) => {
    const all = files(room).flatMap(sentences)
    expect(all.length).toBeGreaterThan(0)
    expect(all.filter((text) => translate(text) === text)).toEqual([])
  })

  it('loses nothing that fills a hole', () => {
    for (const [english, italian] of Object.entries({ ...saidRemote, ...said }))
      expect(holes(italian), english).toEqual(holes(english))
  })

  it('takes figures, inner sentences and several sentences over', () => {
    expect(translate('Exporting 1,204 items to /mnt/a, b')).toBe(
      'Esportazione di 1.204 elementi in /mnt/a, b',
    )
    expect(translate('The export folder lies inside the backup path (/mnt/x)')).toBe(
      'La cartella di esportazione: si trova dentro il Backup Path (/mnt/x)',
    )
    expect(translate('Reason: it is not there.')).toBe('Motivo: non c’è.')
    expect(translate('This is a file. Choose another folder.')).toBe('È un file. Scegli un’altra cartella.')
  })

  it('leaves alone what it does not know, also in part', () => {
    expect(translate('')).toBe('')
    expect(translate('Something else')).toBe('Something else')
    expect(translate('This is a file. Nobody translated this.')).toBe(
      'This is a file. Nobody translated this.',
    )
  })

  it('is not fooled nor slowed down by what fills the holes', () => {
    expect(translate('The folder $& {path} $1 cannot be listed')).toBe(
      'La cartella $& {path} $1 non può essere elencata',
    )
    const nested = `Known was ${' (line '.repeat(300)}${' of '.repeat(300)}), the server shows x. Nothing`
    const began = performance.now()
    expect(translate(nested)).toBe(nested)
    expect(performance.now() - began).toBeLessThan(200)
  })
})
