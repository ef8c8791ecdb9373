import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { englishIn } from '../../../support/english.ts'
import { eachNode } from '../../../support/syntax.ts'

const ROOM = join(import.meta.dirname, '../../../../src-main/recovery')
/** Functions that take a text in English and the same in Italian, and at which argument they begin. */
const BOTH: Readonly<Record<string, number>> = { words: 0, ok: 0, okay: 0, red: 0, attention: 0, told: 1 }
/** What holds the words of another room, which are English, or those of an error. */
const FOREIGN =
  /(?:^|\.)(?:because|why|message|detail|error|how|reason)$|^(?!in[iI]talian\(|italian\().*reasonOf\(/

interface Place {
  at: string
  node: ts.Node
}

function places(wanted: (node: ts.Node) => boolean): Place[] {
  return readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const found: Place[] = []
      eachNode(join(ROOM, name), (node, line) => {
        if (wanted(node)) found.push({ at: `${name}:${String(line())}`, node })
      })
      return found
    })
}

/** The fixed parts of a text. */
function fixedOf(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [...fixedOf(node.whenTrue), ...fixedOf(node.whenFalse)]
  if (!ts.isTemplateExpression(node)) return []
  const inner = node.templateSpans.flatMap(({ expression }) => fixedOf(expression))
  return [[node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(' … '), ...inner]
}

function holesOf(node: ts.Node): string[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression.getText())
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ? [node.getText()] : []
}

const calls = places(
  (node) => ts.isCallExpression(node) && BOTH[node.expression.getText()] !== undefined,
).map(({ at, node }) => {
  const { expression, arguments: all } = node as ts.CallExpression
  const from = BOTH[expression.getText()] ?? 0
  return { at, en: all[from], it: all[from + 1] }
})

function isWithin(node: ts.Node, name: RegExp): boolean {
  if (ts.isSourceFile(node)) return false
  return (ts.isCallExpression(node) && name.test(node.expression.getText())) || isWithin(node.parent, name)
}

describe('words of the recovery room', () => {
  it('are looked at, all of them', () => {
    expect(calls.length).toBeGreaterThan(700)
    expect(englishIn('12 of 14 were restored (getItem)')).toEqual(['of', 'were', 'restored'])
    expect(englishIn('Non è stato possibile: External Restore in corso su mail.of.example.com')).toEqual([])
  })

  it('have Italian that is no English', () => {
    const wrong = calls.flatMap(({ at, it: italian }) =>
      italian === undefined
        ? []
        : fixedOf(italian).flatMap((text) => (englishIn(text).length > 0 ? [`${at} ${text}`] : [])),
    )
    expect(wrong).toEqual([])
  })

  it('translate what came from another room or from an error', () => {
    const wrong = calls.flatMap(({ at, it: italian }) =>
      italian === undefined
        ? []
        : holesOf(italian)
            .filter((hole) => FOREIGN.test(hole))
            .map((hole) => `${at} ${hole}`),
    )
    expect(wrong).toEqual([])
  })

  it('are not called the same in both languages where they are English', () => {
    const wrong = places((node) => ts.isCallExpression(node) && node.expression.getText() === 'same').flatMap(
      ({ at, node }) =>
        (node as ts.CallExpression).arguments
          .flatMap(fixedOf)
          .filter((text) => englishIn(text).length > 0)
          .map((text) => `${at} ${text}`),
    )
    expect(wrong).toEqual([])
  })

  it('are words in cells of tables, too', () => {
    const tables = places((node) => ts.isPropertyAssignment(node) && node.name.getText() === 'rows')
    expect(tables.length).toBeGreaterThan(8)
    const wrong: string[] = []
    for (const { at, node } of tables) {
      const visit = (part: ts.Node): void => {
        const own = ts.isStringLiteralLike(part) || ts.isTemplateExpression(part) ? fixedOf(part) : []
        const english = ts.isPropertyAccessExpression(part) && part.name.text === 'en'
        if ((own.some((text) => englishIn(text).length > 0) || english) && !isWithin(part, /^words$/))
          wrong.push(`${at} ${part.getText()}`)
        ts.forEachChild(part, visit)
      }
      visit((node as ts.PropertyAssignment).initializer)
    }
    expect(wrong).toEqual([])
  })
})
