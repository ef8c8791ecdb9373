import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { addressIn, isOrderLabel } from '../../../support/italian-tone.ts'
import { eachNode } from '../../../support/syntax.ts'

const ROOT = join(import.meta.dirname, '../../../..')
/** Where Italian is written; what is English there has none of these forms. */
const ROOMS = [
  'api',
  'cli',
  'contract',
  'desktop',
  'drill',
  'engine',
  'export',
  'hosts',
  'recovery',
  'remote',
  'verify',
]

interface Text {
  at: string
  text: string
  /** Whether it is on a button or in a menu, where an order to the program may be. */
  label: boolean
}

function files(folder: string, end: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name))
}

/** The words of the button of a step. */
function isOnButton(node: ts.Node): boolean {
  if (ts.isSourceFile(node)) return false
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'primary') return true
  if (ts.isFunctionDeclaration(node) && node.name?.text === 'primaryWords') return true
  return isOnButton(node.parent)
}

/** Every text of a source file; the holes of a template are an ellipsis. */
function textsOf(file: string, label: (node: ts.Node) => boolean): Text[] {
  const found: Text[] = []
  eachNode(join(ROOT, file), (node, line) => {
    const text = ts.isStringLiteralLike(node)
      ? node.text
      : ts.isTemplateExpression(node)
        ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…')
        : null
    if (text !== null && !(ts.isPropertyAssignment(node.parent) && node.parent.name === node)) {
      found.push({ at: `${file}:${String(line())}`, text, label: label(node) })
    }
  })
  return found
}

/** One text for each form of the plural. */
const wrongIn = (all: readonly Text[]): string[] =>
  all.flatMap(({ at, text, label }) =>
    text
      .split(' | ')
      .flatMap((form) => addressIn(form, label).map((word) => `${at} ${word.trim()}: ${form}`)),
  )

describe('the tone of the Italian', () => {
  it('is told from what only looks like tu or voi', () => {
    for (const text of [
      'Scegli un’altra cartella.',
      'Non c’è. Guarda il registro.',
      'Il disco è pieno: libera spazio.',
      'Copia di nuovo il file dall’originale.',
      'Eseguite questo passo: lo imposta.',
      'Prima fermalo, o provate da un altro computer.',
      'Il motivo e il tuo nome vanno nel registro.',
      'Ciò che confermi tu',
      'Se chiudi Lifeboat, riprende.',
      'Aspetta te',
    ])
      expect(addressIn(text), text).not.toEqual([])
    for (const text of [
      'Lifeboat copia questo backup, vi rimette ciò che serve e verifica ogni blob.',
      'Copia di {from} in {to}',
      'Verifica di tutto il backup',
      'Scegliere un’altra cartella, o aprirla da «Apri un Backup Path».',
      'I dati vengono dai server, i segni dal catalogo; sei voci, dette le parti.',
      'Le operazioni sono state eseguite; le caselle copiate, create e verificate.',
      'Fermare la copia?',
      'Il comando `ti tu` e **Riprova** sono nomi.',
    ])
      expect(addressIn(text), text).toEqual([])
  })

  it('lets a button tell the program, not the person', () => {
    expect(isOrderLabel('Apri un Backup Path')).toBe(true)
    expect(isOrderLabel('Apri un Backup Path.')).toBe(false)
    expect(addressIn('Salva e prova la connessione', true)).toEqual([])
    expect(addressIn('Salva la tua scelta', true)).toEqual(['tua'])
    expect(addressIn('Una cartella: scegli', true)).toEqual(['scegli'])
  })

  it('is impersonal on the screens', () => {
    const all = files('src-renderer/i18n/it', '.ts').flatMap((file) => textsOf(file, () => true))
    expect(all.length).toBeGreaterThan(900)
    expect(wrongIn(all)).toEqual([])
  })

  it('is impersonal in what the engine says, the steps, their reports and the notes of the system', () => {
    const all = ROOMS.flatMap((room) => files(`src-main/${room}`, '.ts')).flatMap((file) =>
      textsOf(file, isOnButton),
    )
    expect(all.length).toBeGreaterThan(4000)
    expect(wrongIn(all)).toEqual([])
  })

  it('is impersonal in the help', () => {
    // each line begins anew, and a heading may name a button
    const lines = files('resources/help/it', '.md').flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .map((line, n) => ({
          at: `${file}:${String(n + 1)}`,
          text: line.replace(/^(?:[-#]+|\d+\.) /, ''),
          label: line.startsWith('#'),
        })),
    )
    expect(lines.length).toBeGreaterThan(200)
    expect(wrongIn(lines)).toEqual([])
  })
})
