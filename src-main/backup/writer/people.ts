import { Random } from './random.ts'

/** Somebody who writes or receives mail in the sample. */
export interface Person {
  name: string
  address: string
  /** Two-letter code of the language they write in. */
  language: string
}

/** An account of the sample company. */
export interface StaffMember extends Person {
  id: string
  aliases: string[]
  cos: string
  status: string
}

/** The company of the sample. example.com is reserved for such use (RFC 2606). */
export const DOMAIN = 'mail.example.com'

const STAFF: readonly (readonly [
  local: string,
  name: string,
  language: string,
  aliases: readonly string[],
])[] = [
  ['anna.rossi', 'Anna Rossi', 'it', ['amministrazione', 'anna']],
  ['greta.schneider', 'Greta Schneider', 'de', ['vertrieb']],
  ['john.miller', 'John Miller', 'en', ['sales', 'j.miller']],
  ['yuki.tanaka', '田中 ゆき', 'ja', []],
  ['marek.kowalski', 'Marek Kowalski-Żak', 'pl', ['magazyn']],
  ['chloe.lefevre', 'Chloé Lefèvre', 'fr', []],
  ['irina.smirnova', 'Ирина Смирнова', 'ru', []],
  ['carlos.pena', 'Carlos Peña', 'es', ['compras']],
  ['eleni.papadopoulou', 'Ελένη Παπαδοπούλου', 'el', []],
  ['li.wei', '李伟', 'zh', []],
  ['omar.haddad', 'عمر حداد', 'ar', []],
  ['noa.levi', 'נועה לוי', 'he', []],
]

const OUTSIDE: readonly Person[] = [
  { name: 'Lucia Bianchi', address: 'l.bianchi@aurora.example', language: 'it' },
  { name: 'Studio Città & Associati', address: 'studio@citta.example', language: 'it' },
  { name: 'Niccolò D’Amico', address: 'niccolo.damico@fornitori.example', language: 'it' },
  { name: 'Müller & Söhne GmbH', address: 'einkauf@mueller-soehne.example', language: 'de' },
  { name: 'Jörg Weiß', address: 'joerg.weiss@bruecken.example', language: 'de' },
  { name: 'Emily O’Brien', address: 'emily@northwind.example', language: 'en' },
  { name: 'Sam Carter (Blue Harbour)', address: 'sam.carter@blueharbour.example', language: 'en' },
  { name: 'Priya Natarajan', address: 'priya@evergreen.example', language: 'en' },
  { name: 'Hélène Dupré', address: 'helene.dupre@foret.example', language: 'fr' },
  { name: 'Íñigo Peñalver', address: 'inigo@penalver.example', language: 'es' },
  { name: 'Zofia Wiśniewska', address: 'zofia@zrodlo.example', language: 'pl' },
  { name: 'Νίκος Γεωργίου', address: 'nikos@aegean.example', language: 'el' },
  { name: 'Алексей Петров', address: 'a.petrov@mayak.example', language: 'ru' },
  { name: 'ليلى منصور', address: 'layla@manara.example', language: 'ar' },
  { name: 'דניאל כהן', address: 'daniel@migdalor.example', language: 'he' },
  { name: '王芳', address: 'wang.fang@dengta.example', language: 'zh' },
  { name: '佐藤 健', address: 'sato@todai.example', language: 'ja' },
  { name: '鈴木 一郎', address: 'ichiro.suzuki@shintokyo.example', language: 'ja' },
]

/** The first `count` accounts of the company, the same for the same seed. */
export function makeStaff(count: number, seed: number): StaffMember[] {
  const random = new Random(seed ^ 0x5afe)
  const staff: StaffMember[] = []
  for (let i = 0; i < count; i++) {
    const known = STAFF[i % STAFF.length]
    if (!known) break
    const round = Math.floor(i / STAFF.length)
    const suffix = round === 0 ? '' : String(round + 1)
    const [local, name, language, aliases] = known
    staff.push({
      id: random.uuid(),
      name: suffix ? `${name} ${suffix}` : name,
      address: `${local}${suffix}@${DOMAIN}`,
      language,
      aliases: aliases.map((alias) => `${alias}${suffix}@${DOMAIN}`),
      cos: i % 4 === 3 ? 'professional' : 'default',
      status: i % 11 === 4 ? 'locked' : 'active',
    })
  }
  return staff
}

/** People outside the company that `member` has mail from: mostly of the same language, some of any. */
export function correspondents(member: StaffMember, random: Random): Person[] {
  const same = OUTSIDE.filter((person) => person.language === member.language)
  const others = OUTSIDE.filter((person) => person.language !== member.language)
  return [...same, ...same, ...random.some(others, 9)]
}

export const EVERYBODY_OUTSIDE: readonly Person[] = OUTSIDE
