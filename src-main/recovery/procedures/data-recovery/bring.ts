import type { CopyTaskResult } from '../../../contract/copy.ts'
import type { BackupSource, PlannedCommand, StepResult } from '../../../contract/recovery.ts'
import { inItalian } from '../../../contract/said/in-italian.ts'
import { figure, same, translated, words } from '../../cases/words.ts'
import { count, countIt } from '../../restore/look.ts'
import { expectedTime } from '../../restore/expected.ts'
import { FACTS } from '../../restore/facts.ts'
import type { CheckResult, Step, StepContext } from '../../types.ts'
import { attention, inGigabytes, okay, probed, reading, red } from '../probed.ts'
import { placeOf } from '../intake/what-is-left.ts'

/** Where a copy is brought when nobody says otherwise: beside the server's own Backup Path, never in it. */
const STANDARD_TARGET = '/opt/zextras/backup/import'
/** Room that is left free beside the copy. */
const RESERVE = 1.05

/** Bytes a second that the last copy of this case came to. */
const RATE_FACT = 'bring.rate'

export const bring: Step = {
  id: 'bring',
  title: words('Bring the backup to the new server', 'Portare il backup sul nuovo server'),
  why: words(
    'The External Restore reads it there. It is copied and every blob proved by its digest, or it is mounted, and then it must stay in reach until the end.',
    'L’External Restore lo legge da lì. Viene copiato e ogni blob verificato con il suo digest, oppure montato, e allora deve restare raggiungibile fino alla fine.',
  ),
  risk: words(
    'None to the source: it is only read. On the new server the target folder is filled.',
    'Nessuno per la sorgente: viene solo letta. Sul nuovo server si riempie la cartella di destinazione.',
  ),
  repeatable: true,
  page: 'copy',
  primary: words('Bring the backup', 'Porta il backup'),
  checks: [
    {
      id: 'source',
      label: words('The source can be read', 'La sorgente è leggibile'),
      guard: true,
      run: lookAtSource,
    },
    {
      id: 'apart',
      label: words('It is not the server’s own Backup Path', 'Non è il Backup Path del server stesso'),
      guard: true,
      run: lookAtTarget,
    },
    { id: 'space', label: words('There is room for it', 'C’è spazio'), guard: true, run: lookAtSpace },
    {
      id: 'only-copy',
      label: words('The only copy stays as it is', 'L’unica copia resta com’è'),
      guard: true,
      run: lookAtOnlyCopy,
    },
  ],
  confirmations: [],
  fields: [
    {
      id: 'way',
      label: words('How', 'Come'),
      help: words(
        'Copying takes time and is safe. Mounting is quick; the disk or share must then stay in reach, and the plan to mount it is under Servers.',
        'Copiare richiede tempo ed è sicuro. Montare è rapido; il disco o la condivisione deve restare raggiungibile, e il piano per montarlo è sotto Server.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => [
        { value: 'copy', label: words('Copy it', 'Copiarlo') },
        { value: 'mounted', label: words('It is mounted there', 'È montato lì') },
        { value: 'there', label: words('It lies there already', 'Si trova già lì') },
      ],
      standard: (context) => (liesThere(context) === null ? 'copy' : 'there'),
    },
    {
      id: 'path',
      label: words('Folder on the new server', 'Cartella sul nuovo server'),
      help: words(
        'On a volume with room for all of it, readable for zextras, not the Backup Path of the new server itself.',
        'Su un volume con spazio per tutto, leggibile da zextras, non il Backup Path del nuovo server stesso.',
      ),
      kind: 'path',
      required: true,
      advanced: false,
      standard: (context) => liesThere(context) ?? STANDARD_TARGET,
    },
    {
      id: 'first',
      label: words('These accounts first', 'Prima questi account'),
      help: words(
        'Their mail is copied before all other mail, so that they can be restored while the rest is on its way.',
        'La loro posta viene copiata prima di tutta l’altra, così si possono ripristinare mentre il resto arriva.',
      ),
      kind: 'accounts',
      required: false,
      advanced: true,
      options: async (context) =>
        ((await context.catalog())?.accounts() ?? []).map(({ name }) => ({ value: name, label: same(name) })),
      standard: () => [],
    },
  ],
  expected: async (context) => {
    if (context.fields['way'] !== 'copy') return null
    return expectedTime((await context.catalog())?.totals().bytes, context.fact(RATE_FACT))
  },
  commands: (context): PlannedCommand[] => {
    const { source } = context
    if (source === null || !context.hasServer('new')) return []
    const path = pathOf(context)
    const { host } = context.shell('new')
    if (context.fields['way'] !== 'copy') {
      return [{ host, command: `ls -ld ${path}/accounts ${path}/items`, effect: 'reads', note: null }]
    }
    return [
      {
        host: words('this laptop', 'questo computer').en,
        command: `lifeboat copy ${placeOf(source)} ssh://${host}${path}`,
        effect: 'changes',
        note: words(
          'The same copy, for those who type it themselves; both go on where the other stopped.',
          'La stessa copia, da digitare a mano; l’una prosegue dove l’altra si è fermata.',
        ),
      },
    ]
  },
  run: bringIt,
  proofs: [
    {
      id: 'there',
      label: words('It lies on the new server', 'Si trova sul nuovo server'),
      guard: true,
      run: async (context) => {
        const known = context.fact(FACTS.path)
        const path = typeof known === 'string' ? known : ''
        const result = await reading(context, 'new').run(
          [
            'sh',
            '-c',
            'test -d "$1/accounts" && test -d "$1/items" && test -r "$1/accounts" && echo there',
            'sh',
            path,
          ],
          { as: 'zextras', timeout: 30_000 },
        )
        return result.stdout.includes('there')
          ? okay(
              `zextras reads accounts/ and items/ in ${path}`,
              `zextras legge accounts/ e items/ in ${path}`,
            )
          : red(
              `zextras does not find accounts/ and items/ under ${path}: ${result.stderr.trim()}`,
              `zextras non trova accounts/ e items/ in ${path}: ${result.stderr.trim()}`,
              words(
                'Look at owner and mode of the folder.',
                'Controllare proprietario e permessi della cartella.',
              ),
            )
      },
    },
  ],
}

const pathOf = ({ fields }: StepContext): string =>
  String(fields['path'] ?? STANDARD_TARGET).replace(/(.)\/+$/, '$1')

/** The path of a source that lies on the new server itself; null when it lies elsewhere. */
function liesThere(context: StepContext): string | null {
  const place = context.source?.place
  if (place?.kind !== 'server' || !context.hasServer('new')) return null
  return place.serverId === context.address('new').serverId ? place.path : null
}

async function lookAtSource({ source }: StepContext): Promise<CheckResult> {
  if (source === null) {
    return red(
      'There is no source',
      'Non c’è una sorgente',
      words('Add one to the case.', 'Aggiungerne una al caso.'),
    )
  }
  if (source.error !== null) {
    return red(
      source.error,
      inItalian(source.error),
      words('Mend it, or choose another one.', 'Correggere, o sceglierne un’altra.'),
    )
  }
  const { en, it } = source.items === null ? same('?') : figure(source.items)
  return okay(`${placeOf(source)}: ${en} items`, `${placeOf(source)}: ${it} elementi`)
}

async function lookAtTarget(context: StepContext): Promise<CheckResult> {
  const path = pathOf(context)
  const { backup } = await probed(context, 'new')
  if (!backup.path.known) {
    return {
      verdict: 'unknown',
      evidence: words(
        `The Backup Path of the new server could not be told: ${backup.path.because}`,
        `Il Backup Path del nuovo server non è noto: ${inItalian(backup.path.because)}`,
      ),
    }
  }
  const own = backup.path.value.replace(/(.)\/+$/, '$1')
  const overlaps = path === own || path.startsWith(`${own}/`) || own.startsWith(`${path}/`)
  if (!overlaps) return okay(`Its own is ${own} (ZxBackup_DestPath)`, `Il suo è ${own} (ZxBackup_DestPath)`)
  return red(
    `${path} overlaps the Backup Path of the new server, ${own} (ZxBackup_DestPath)`,
    `${path} si sovrappone al Backup Path del nuovo server, ${own} (ZxBackup_DestPath)`,
    words('Choose a folder beside it.', 'Scegliere un’altra cartella.'),
  )
}

/** Bytes of the files of a source; null where nobody counted them. */
async function bytesOf(context: StepContext, source: BackupSource): Promise<number | null> {
  if (source.place.kind === 'local') return (await context.catalog())?.totals().bytes ?? null
  if (!context.hasServer('old') || source.place.serverId !== context.address('old').serverId) return null
  const { backup } = await probed(context, 'old')
  return backup.size.known && backup.size.value.complete ? backup.size.value.bytes : null
}

async function lookAtSpace(context: StepContext): Promise<CheckResult> {
  const { source, fields } = context
  if (fields['way'] !== 'copy') return okay('Nothing is copied', 'Non si copia nulla')
  const path = pathOf(context)
  const script = 'p=$1; while [ ! -e "$p" ]; do p=$(dirname "$p"); done; stat -f -c "%S %a %d" -- "$p"'
  const { stdout, stderr } = await reading(context, 'new').run(['sh', '-c', script, 'sh', path], {
    timeout: 30_000,
  })
  const [block = NaN, free = NaN] = stdout.trim().split(' ').map(Number)
  if (!Number.isFinite(block * free)) {
    return {
      verdict: 'unknown',
      evidence: words(`stat told nothing: ${stderr}`, `stat non ha risposto: ${stderr}`),
    }
  }
  const bytes = source ? await bytesOf(context, source) : null
  if (bytes === null) {
    return attention(
      `${inGigabytes(block * free)} free; how much is needed was not counted (stat -f)`,
      `${inGigabytes(block * free)} liberi; quanto serve non è stato contato (stat -f)`,
      words(
        'Compare it with the size of the source yourself.',
        'Confrontare con la dimensione della sorgente.',
      ),
    )
  }
  const said = [
    `${inGigabytes(block * free)} free of ${inGigabytes(bytes)} needed (stat -f, catalog)`,
    `${inGigabytes(block * free)} liberi su ${inGigabytes(bytes)} necessari (stat -f, catalogo)`,
  ] as const
  if (block * free >= bytes * RESERVE) return okay(...said)
  return red(
    ...said,
    words(
      'Choose a larger volume, or mount the backup.',
      'Scegliere un volume più grande, o montare il backup.',
    ),
  )
}

async function lookAtOnlyCopy({ source, fields }: StepContext): Promise<CheckResult> {
  if (source?.onlyCopy !== true) return okay('There is another copy', 'C’è un’altra copia')
  if (fields['way'] === 'copy') {
    return okay(
      'It is copied, and the restore works on the copy',
      'Viene copiata, e il ripristino lavora sulla copia',
    )
  }
  return red(
    'It is the only copy, and the restore wants to write beside what it reads (map files, owner)',
    'È l’unica copia, e il ripristino vuole scrivere accanto a ciò che legge (file map, proprietario)',
    words(
      'Copy it, or lay an overlay over a read-only mount.',
      'Copiarla, o usare un overlay su un montaggio in sola lettura.',
    ),
  )
}

async function bringIt(context: StepContext): Promise<StepResult> {
  const path = pathOf(context)
  const { source, fields } = context
  if (source === null || fields['way'] !== 'copy') {
    context.setFact(FACTS.path, await realPath(context, path))
    return { summary: words(`It lies under ${path}`, `Si trova in ${path}`), figures: [], tables: [] }
  }
  const startedAt = Date.now()
  const first = Array.isArray(fields['first']) ? fields['first'] : []
  const result = (await context.task({
    kind: 'copy',
    from: source.place.kind === 'local' ? { path: source.place.path } : fromServer(context, source),
    to: { role: 'new', path },
    ...(first.length > 0 ? { first } : {}),
  })) as CopyTaskResult | null
  if (result === null) throw new Error('the copy told no result')
  const seconds = Math.max(1, (Date.now() - startedAt) / 1000)
  if (result.bytes > 0) context.setFact(RATE_FACT, Math.round(result.bytes / seconds))
  context.setFact(FACTS.path, await realPath(context, path))
  context.setFact('bring.result', {
    files: result.files,
    verified: result.verified,
    alreadyThere: result.alreadyThere,
    bytes: result.bytes,
    missing: result.missingTotal,
    damaged: result.damagedTotal,
  })
  return resultOf(result, path)
}

/** Where it lies without links: what is compared later must be the same text. */
async function realPath(context: StepContext, path: string): Promise<string> {
  const { code, stdout } = await reading(context, 'new').run(['readlink', '-e', '--', path], {
    as: 'zextras',
  })
  const real = stdout.replace(/\n$/, '')
  return code === 0 && real.startsWith('/') ? real : path
}

function fromServer(context: StepContext, source: BackupSource): { role: 'old' | 'storage'; path: string } {
  const { place } = source
  for (const role of ['old', 'storage'] as const) {
    const isIt =
      place.kind === 'server' && context.hasServer(role) && context.address(role).serverId === place.serverId
    if (isIt) return { role, path: place.path }
  }
  throw new Error('the server of the source has no role in this case')
}

function resultOf(result: CopyTaskResult, path: string): StepResult {
  const { files, verified, alreadyThere, bytes, missing, missingTotal, damaged, damagedTotal } = result
  const listed = [
    ...missing.map((one) => ({ ...one, kind: words('missing', 'mancante') })),
    ...damaged.map((one) => ({ ...one, kind: words('damaged', 'danneggiato') })),
  ]
  return {
    summary: words(
      `${count(files)} files lie under ${path}, ${count(verified + alreadyThere)} of them proved`,
      `${countIt(files)} file in ${path}, ${countIt(verified + alreadyThere)} verificati`,
    ),
    figures: [
      { label: words('Files', 'File'), value: count(files), tone: 'plain' },
      { label: words('Brought and proved', 'Portati e verificati'), value: count(verified), tone: 'ok' },
      { label: words('There before', 'Già presenti'), value: count(alreadyThere), tone: 'plain' },
      { label: words('Bytes brought', 'Byte portati'), value: inGigabytes(bytes), tone: 'plain' },
      {
        label: words('Missing', 'Mancanti'),
        value: count(missingTotal),
        tone: missingTotal > 0 ? 'failed' : 'ok',
      },
      {
        label: words('Damaged at the source', 'Danneggiati nella sorgente'),
        value: count(damagedTotal),
        tone: damagedTotal > 0 ? 'attention' : 'ok',
      },
    ],
    tables:
      listed.length === 0
        ? []
        : [
            {
              title: words('What did not arrive whole', 'Che cosa non è arrivato integro'),
              columns: [words('File', 'File'), words('What', 'Cosa'), words('Reason', 'Motivo')],
              rows: listed.slice(0, 2000).map((one) => [one.path, one.kind, translated(one.reason)]),
              total: missingTotal + damagedTotal,
            },
          ],
  }
}
