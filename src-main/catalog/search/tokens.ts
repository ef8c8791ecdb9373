/**
 * How text becomes words, for the index and for queries alike.
 *
 * FTS5's `unicode61` makes ONE token of a run of Han, kana, Hangul or Thai: nobody could find 東京 inside 東京大学. So such
 * a run is written as overlapping pairs plus its last character: 東京大学 → `東京 京大 大学 学`. A query for 京大学 becomes
 * the phrase `京大 大学`, which is found exactly where the characters stand side by side; a single character becomes a
 * prefix (`京*`), which is why the last character of a run is written once more. Latin letters that touch such a run are
 * set apart from it. Width variants and decomposed Hangul are brought to one form, invisible characters are dropped
 * (phishing splits words with them).
 *
 * Contract: whoever fills the FTS table passes EVERY text column (subject, addresses, body, attachment names)
 * through `foldForIndex`; whoever asks it passes user text through `foldForQuery`. Nothing else may touch the text.
 * Changing what these functions return means that old catalogs must be built again: raise `FOLD_VERSION`.
 */

/** Goes into the catalog; a catalog written with another one must be re-indexed. */
export const FOLD_VERSION = 1

/** Scripts that are written without blanks between words (code units; astral Han as surrogate pairs). */
const PAIRED =
  '\\u0e01-\\u0e3a\\u0e40-\\u0e4e\\u0e81-\\u0ecd\\u0edc-\\u0edf' + // Thai, Lao
  '\\u1000-\\u103f\\u1050-\\u109d\\u1780-\\u17d3' + // Myanmar, Khmer
  '\\u2e80-\\u2fdf\\u3005-\\u3007\\u3021-\\u3029\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff' + // radicals, kana
  '\\u3105-\\u318e\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff' + // Bopomofo, Han
  '\\ua960-\\ua97c\\uac00-\\ud7fb\\uf900-\\ufaff' // Hangul, compatibility Han
const ASTRAL_HAN = '[\\ud840-\\ud8bf][\\udc00-\\udfff]'
/** Wants Unicode normalisation first: conjoining Jamo, combining kana marks, half- and full-width forms, presentation forms. */
/* eslint-disable no-misleading-character-class -- every character of these classes stands for itself */
const NORMALISE = /[\u1100-\u11ff\u3099\u309a\ufb00-\ufb06\uff00-\uffef]/
const INVISIBLE_CHARACTERS = '\\u00ad\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff'
const INVISIBLE = new RegExp(`[${INVISIBLE_CHARACTERS}]`)
const INVISIBLE_ALL = new RegExp(`[${INVISIBLE_CHARACTERS}]`, 'g')

/**
 * One scan decides whether anything is to be done. For one-byte strings (ASCII, Latin-1) the engine compiles this to a
 * search for U+00AD alone, so the usual message costs next to nothing.
 */
const ANYTHING = new RegExp(
  `[${INVISIBLE_CHARACTERS}\\u1100-\\u11ff\\u3099\\u309a\\ufb00-\\ufb06\\uff00-\\uffef\\ud840-\\ud8bf${PAIRED}]`,
)
/* eslint-enable no-misleading-character-class */
const RUN = new RegExp(`(?:[${PAIRED}]|${ASTRAL_HAN})+`, 'g')
const RUN_AT_END = new RegExp(`(?:[${PAIRED}]|${ASTRAL_HAN})+$`)
const HAS_TOKEN = /[\p{L}\p{N}\p{Co}]/u

function plain(text: string): string {
  let out = text
  if (INVISIBLE.test(out)) out = out.replace(INVISIBLE_ALL, '')
  if (NORMALISE.test(out)) out = out.normalize('NFKC')
  return out
}

/** ` AB BC C ` for the run ABC; blanks around set it apart from what touches it. */
function pairs(run: string): string {
  let out = ' '
  if (/[\ud840-\ud8bf]/.test(run)) {
    const letters = Array.from(run)
    for (let i = 0; i + 1 < letters.length; i++) out += `${letters[i]}${letters[i + 1]} `
    return `${out}${letters[letters.length - 1]} `
  }
  const last = run.length - 1
  for (let i = 0; i < last; i++) out += run[i]! + run[i + 1]! + ' '
  return out + run[last]! + ' '
}

/**
 * Text as it goes into the FTS table. Returns its argument unchanged (same string) for text without such scripts.
 * Never throws; lone surrogates pass through.
 */
export function foldForIndex(text: string): string {
  if (!ANYTHING.test(text)) return text
  return plain(text).replace(RUN, pairs)
}

/** A word or phrase as it is asked for; see `foldForQuery`. */
export interface FoldedPhrase {
  /** Text to put between the quotes of an FTS5 string (quotes not yet doubled). */
  text: string
  /** The last token is to be a prefix: asked for with `*`, or a run that ends in one lone character. */
  prefix: boolean
  /** False when nothing in it can be a token (punctuation, emoji): it can match no message. */
  searchable: boolean
}

/** The counterpart of `foldForIndex` for one word or phrase of a query. `prefix`: the person asked for `word*`. */
export function foldForQuery(text: string, prefix: boolean): FoldedPhrase {
  const searchable = HAS_TOKEN.test(text)
  if (!ANYTHING.test(text)) return { text, prefix, searchable }
  const clean = plain(text)
  const run = RUN_AT_END.exec(clean)
  if (run === null) return { text: clean.replace(RUN, pairs), prefix, searchable: HAS_TOKEN.test(clean) }
  // The run goes on in the indexed text or not: its last character must not be asked for as a word of its own.
  const head = clean.slice(0, run.index).replace(RUN, pairs)
  const letters = Array.from(run[0])
  if (letters.length === 1)
    return { text: `${head} ${letters[0]!}`, prefix: true, searchable: HAS_TOKEN.test(clean) }
  let tail = ''
  for (let i = 0; i + 1 < letters.length; i++) tail += ` ${letters[i]!}${letters[i + 1]!}`
  return { text: head + tail, prefix: false, searchable: HAS_TOKEN.test(clean) }
}

/**
 * The form in which names are compared without the index (folders, accounts): no case, no diacritics, one form of
 * Unicode, blanks at the ends dropped.
 */
export function foldName(text: string): string {
  const simple = text.trim().toLowerCase()
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(simple)) return simple
  return simple.normalize('NFKD').replace(/\p{M}/gu, '').replace(INVISIBLE_ALL, '').normalize('NFKC')
}
