/** Compares versions such as `24.12.1` or `4.0.20-1ubuntu1` by their numbers. Negative: `a` is older. */
export function compareVersions(a: string, b: string): number {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).slice(0, 4).map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (let n = 0; n < Math.max(left.length, right.length); n++) {
    const difference = (left[n] ?? 0) - (right[n] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
