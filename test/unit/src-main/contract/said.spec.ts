import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { ITEM_TYPES } from '../../../../src-main/backup/types.ts'
import { explainQuery } from '../../../../src-main/catalog/search/explain.ts'
import { IS_WORDS, type Condition } from '../../../../src-main/catalog/search/parse.ts'
import { inItalian as translate } from '../../../../src-main/contract/said/in-italian.ts'
import { saidAll } from '../../../../src-main/contract/said/said-all.ts'
import { cosBackupWarning } from '../../../../src-main/remote/carbonio/cos-warning.ts'
import { eachNode } from '../../../support/syntax.ts'

const SOURCES = join(import.meta.dirname, '../../../../src-main')
/** Rooms whose sentences must all be there in Italian; of recovery/ that is errors, the rest it has in both languages. */
const ROOMS = ['api', 'engine', 'export', 'verify', 'hosts', 'backup/layout.ts', 'recovery']
/** Rooms of which also what was found, and why something could not be told, must be there. */
const FOUND_ROOMS = ['backup', 'catalog', 'remote', 'verify', 'recovery']
/** Letters of the sample backup; parameters whose Italian is in recovery/restore/form-words.ts; what has both languages itself. */
const ELSEWHERE =
  /\/backup\/writer\/|restore-parameters\.ts$|\/journal\/entry-words\.ts$|\/report\/page-words\.ts$/
/** The list has these only with what fills them: without it they are too little to be told from other texts. */
const FILLED_IN = [/^it is Hole0$/, /^Hole0 is Hole1\.$/, /^(?:It was valid|Valid)Hole0\.$/]
/** Within words that are told in both languages. */
const IN_BOTH = [/^look at it under Servers\.$/, /^controllarlo in Server\.$/]
/** Seen in a terminal only. */
const TERMINAL_ONLY = [/^Lifeboat is not built/, /^The page is not built/]
const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

function files(room: string): string[] {
  if (room.endsWith('.ts')) return [join(SOURCES, room)]
  return readdirSync(join(SOURCES, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SOURCES, room, name))
}

/** Every way to put one of each list behind the other. */
function together(lists: readonly string[][]): string[] {
  return lists.reduce<string[]>(
    (begun, list) => begun.flatMap((begin) => list.map((end) => begin + end)),
    [''],
  )
}

/** The texts an expression can be, each hole filled with a word of its own; nothing for what is no text of ours. */
function texts(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isParenthesizedExpression(node)) return texts(node.expression)
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)]
  if (ts.isArrowFunction(node)) return ts.isBlock(node.body) ? [] : texts(node.body)
  if (ts.isBinaryExpression(node)) {
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken
      ? together([texts(node.left), texts(node.right)])
      : texts(node.right)
  }
  if (!ts.isTemplateExpression(node)) return []
  return together([
    [node.head.text],
    ...node.templateSpans.flatMap(({ expression, literal }, at) => {
      const known = ts.isConditionalExpression(expression) ? texts(expression) : []
      return [known.length > 0 ? known : [`Hole${String(at)}`], [literal.text]]
    }),
  ])
}

/** What is said under these names, and by these functions and errors (from which argument on). */
const SAYING = /^(?:why|next|title|detail|hungDetail|because|how)$/
const TELLING: Readonly<Record<string, number>> = {
  ExpectedError: 1,
  ConnectionError: 2,
  CarbonioError: 2,
  CannotTell: 0,
  refusal: 1,
  stepError: 1,
  nothingHelps: 1,
  cannot: 0,
  step: 0,
  problem: 2,
  report: 0,
  broken: 0,
  result: 1,
  emptyItem: 1,
}

/** What the engine says: the sentences of errors, titles of tasks, and with `more` what was found and why. */
function sentences(file: string, more = false): string[] {
  const found: string[] = []
  eachNode(file, (node) => {
    if (ts.isPropertyAssignment(node)) {
      const name = node.name.getText()
      const isSaid = more ? SAYING.test(name) : ['why', 'next', 'title'].includes(name)
      // a table of messages, each made by a function
      if (isSaid || (more && ts.isArrowFunction(node.initializer))) found.push(...texts(node.initializer))
    }
    if (ts.isNewExpression(node)) {
      const name = node.expression.getText()
      if (name === 'ExpectedError') found.push(...(node.arguments ?? []).slice(1, 2).flatMap(texts))
      if (/^(?:NotABackupPath|UnreadablePath)Error$/.test(name))
        found.push(...(node.arguments ?? []).slice(1).flatMap(texts))
    }
    if (more) {
      if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
        const from = TELLING[node.expression.getText()]
        if (from !== undefined) found.push(...(node.arguments ?? []).slice(from).flatMap(texts))
      }
      if (ts.isVariableDeclaration(node) && node.initializer && SAYING.test(node.name.getText()))
        found.push(...texts(node.initializer))
      if (ts.isBinaryExpression(node) && SAYING.test(node.left.getText())) found.push(...texts(node.right))
    }
  })
  // a name in one word is no sentence, nor is what consists of holes
  const isSentence = (text: string): boolean =>
    /\w /.test(text) && /[a-z]{2}/i.test(text.replace(/Hole\d/g, ''))
  return found.filter((text) => isSentence(text) && !TERMINAL_ONLY.some((rule) => rule.test(text)))
}

/** Every text of a file that is a whole sentence. */
function wholeSentences(file: string): string[] {
  const found: string[] = []
  eachNode(file, (node) => {
    if (ts.isStringLiteralLike(node) && /^[A-Z].* .*\.$/.test(node.text)) found.push(node.text)
  })
  return found
}

const untold = (all: readonly string[]): string[] => all.filter((text) => translate(text) === text)

describe('what the engine says, in Italian', () => {
  it.each(ROOMS)('has every sentence of %s', (room) => {
    const all = files(room)
      .filter((file) => !ELSEWHERE.test(file))
      .flatMap((file) => sentences(file))
    expect(all.length).toBeGreaterThan(0)
    expect(untold(all)).toEqual([])
  })

  it.each(FOUND_ROOMS)('has what is found and why in %s', (room) => {
    const all = files(room)
      .filter((file) => !ELSEWHERE.test(file))
      .flatMap((file) => sentences(file, true))
    expect(all.length).toBeGreaterThan(0)
    expect(untold(all).filter((text) => ![...FILLED_IN, ...IN_BOTH].some((rule) => rule.test(text)))).toEqual(
      [],
    )
  })

  it.each(['remote/elevation-advice.ts', 'remote/carbonio/arguments.ts', 'remote/transfer/mount-plans.ts'])(
    'has every whole sentence of %s',
    (file) => {
      const all = files(file).flatMap(wholeSentences)
      expect(all.length).toBeGreaterThan(5)
      expect(untold(all)).toEqual([])
    },
  )

  it('has what every piece of a search asks', () => {
    const text = { kind: 'text', text: 'x', prefix: false } as const
    const terms: Condition[] = [
      ...(['any', 'from', 'to', 'subject', 'attachment'] as const).flatMap((place) => [
        { ...text, place },
        { ...text, place, prefix: true },
      ]),
      { kind: 'folder', name: 'x' },
      { kind: 'account', name: 'x' },
      { kind: 'attachment' },
      { kind: 'tag', name: 'x' },
      ...IS_WORDS.map((what) => ({ kind: 'is', what }) as const),
      ...ITEM_TYPES.map((type) => ({ kind: 'type', type }) as const),
      { kind: 'id', id: 5 },
      { kind: 'size', more: true, bytes: 5 },
      { kind: 'size', more: false, bytes: 5_000_000 },
      { kind: 'date', from: 0, until: null },
      { kind: 'date', from: null, until: 0 },
      { kind: 'date', from: 0, until: 1 },
      { kind: 'nothing', why: 'empty' },
      { kind: 'nothing', why: 'no-word' },
    ]
    const asked = terms.map((term) => ({ ...term, source: '', negated: false }))
    const all = explainQuery({ terms: asked, impossible: false }, 'UTC').map(({ meaning }) => meaning)
    expect(untold(all)).toEqual([])
    expect(translate('not: its date is from 1970-01-01 00:00 on')).toBe(
      'non: la sua data è dal 1970-01-01 00:00 in poi',
    )
  })

  it('has what was found in a blob, in all its forms', () => {
    expect(translate('compressed twice; the CRC does not fit the content')).toBe(
      'compresso due volte; il CRC non corrisponde al contenuto',
    )
    expect(translate('The compressed data ends too early.')).toBe('I dati compressi finiscono troppo presto.')
    expect(translate('It cannot be read: no permission to read it (owner uid 0, mode 0600).')).toBe(
      'Non si può leggere: manca il permesso di leggerlo (proprietario uid 0, permessi 0600).',
    )
  })

  it('has what Carbonio said within a reason, also where the rest is Italian already', () => {
    const why = 'The server has no valid licence for its backup. It said: no licence'
    expect(translate(`Non è stato possibile stabilirlo: doX failed on root@a:22: ${why}`)).toBe(
      'Non è stato possibile stabilirlo: doX non è riuscito su root@a:22: ' +
        'Il server non ha una licenza valida per il suo backup. Ha detto: no licence',
    )
  })

  it.each([null, 0, 30])('has the warning before the backup of a COS is switched off (%s)', (days) => {
    const told = translate(cosBackupWarning('x', 'y', days).warning)
    expect(told).toContain('COS «x»')
    expect(told).not.toMatch(/\bretention\b/)
  })

  it('loses nothing that fills a hole', () => {
    for (const [english, italian] of Object.entries(saidAll))
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
    expect(translate('This is a file. Choose another folder.')).toBe(
      'È un file. Scegliere un’altra cartella.',
    )
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
    const began = process.cpuUsage()
    expect(translate(nested)).toBe(nested)
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500)
  })
})
