import { z } from 'zod'

/**
 * Words of the engine in both languages of the screens. Steps and checks are known to the engine alone, so their
 * words live beside them; the screen shows the language it is set to.
 */
export const wordsSchema = z.object({ en: z.string(), it: z.string() })
export type Words = z.infer<typeof wordsSchema>
