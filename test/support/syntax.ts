import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** Visits every node of a TypeScript file, the outer ones first, with the line it begins in. */
export function eachNode(file: string, visit: (node: ts.Node, line: () => number) => void): void {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const walk = (node: ts.Node): void => {
    visit(node, () => source.getLineAndCharacterOfPosition(node.getStart()).line + 1)
    ts.forEachChild(node, walk)
  }
  walk(source)
}
