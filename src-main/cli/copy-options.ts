import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

/** `--bwlimit 10M`: bytes a second, decimal units. */
export function parseRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:b(?:\/s)?)?$/i.exec(text)
  const value = match ? Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 1) : Number.NaN
  if (!(value >= 1)) throw new InvalidArgumentError('It must be bytes a second, such as 500k or 10M.')
  return Math.floor(value)
}

/** `--accounts A,B`, also given several times. */
export function accountList(text: string, before: string[] | undefined): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) throw new InvalidArgumentError('It names no account.')
  return [...(before ?? []), ...names]
}
