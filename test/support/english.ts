/**
 * Words that English sentences are made of and Italian ones are not. Not among them: what both languages have (`in`, `a`,
 * `come`, `no`) and what Italian technicians say (`file`, `account`, `backup`, `server`).
 */
const ENGLISH =
  /(?<![\p{L}\d_.@/:=$<{-])(?:the|of|is|was|were|are|be|been|being|and|or|not|with|without|has|have|had|which|who|whose|could|cannot|should|would|must|this|that|these|those|it|its|from|there|here|by|to|for|an|did|does|as|at|into|than|then|when|while|until|nothing|nobody|none|some|other|another|again|already|only|still|every|all|before|after|because|how|what|why|ended|failed|stopped|refused|missing|damaged|broken|invalid|unknown|held|waiting|active|running|restored|exported|silent|unreachable|blocked|connected|empty|items|accounts|mails|messages|said|says|asked|opened|closed|found|changed|restoring|copying)(?![\p{L}\d_@/:=’'-]|\.\p{L})/giu

/** Names of the field that hold such a word, as the servers and the manual spell them. */
const NAMES = [
  'External Restore',
  'Restore on New Account',
  'Restore Deleted Account',
  'Independent Persistent',
  'Operation Ended',
  'Operation ID',
  'No space left on device',
]

/** English words of a text that should be Italian; what a person typed, a command or a server said is not to be given here. */
export function englishIn(text: string): string[] {
  let rest = text.replaceAll(/`[^`]*`/g, ' ')
  for (const name of NAMES) rest = rest.replaceAll(name, ' ')
  return rest.match(ENGLISH) ?? []
}
