/** What a command printed, as far as it was JSON. */
export type Json = Record<string, unknown> & {
  error?: { code: string; message: string; why: string; next: string }
}

export function parsed(stdout: string): Json {
  try {
    return JSON.parse(stdout) as Json
  } catch {
    return {}
  }
}

/** What two runs over the same path must have in common: all but times, places and the order of threads. */
export function essence(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .map(essence)
      .map((one) => JSON.stringify(one))
      .sort()
  }
  if (typeof value !== 'object' || value === null) return value
  const left = Object.entries(value).filter(
    ([key]) => !['seconds', 'catalog', 'manifest', 'out', 'exported', 'already', 'bytes'].includes(key),
  )
  return Object.fromEntries(left.map(([key, one]) => [key, essence(one)]))
}
