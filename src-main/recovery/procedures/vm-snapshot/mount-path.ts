import type { MountRequest } from '../../../contract/copy.ts'
import type { PlannedCommand } from '../../../contract/recovery.ts'
import { ExpectedError } from '../../../engine/errors.ts'
import { makeAsker } from '../../../remote/probe/asker.ts'
import { askZextras } from '../../../remote/probe/carbonio.ts'
import { commandLine } from '../../../remote/quote.ts'
import { mountPlan } from '../../../remote/transfer/mount-plans.ts'
import { same, translated, words } from '../../cases/words.ts'
import { ask, doIt } from '../../isolation/asked.ts'
import { FACTS } from '../../restore/facts.ts'
import { check, ok } from '../../restore/look.ts'
import type { Step, StepContext } from '../../types.ts'
import { DEST_PATH, readServerSetting } from '../same-server/switches.ts'
import { comparedWithSnapshot, snapshotAt } from './snapshot-date.ts'

const FILE_SYSTEMS = ['ext4', 'ext3', 'xfs', 'btrfs', 'other'] as const
type FileSystem = (typeof FILE_SYSTEMS)[number]

const text = (context: StepContext, field: string): string => {
  const value = context.fields[field]
  return typeof value === 'string' ? value.trim() : ''
}

/** Whether the source of the case is the only copy that is left. */
const isOnly = (context: StepContext): boolean => context.source?.onlyCopy === true

async function requestOf(context: StepContext): Promise<MountRequest | null> {
  if (text(context, 'how') === 'already') return null
  const { uid, gid } = await askZextras(makeAsker(context.shell('new'), context.signal))
  const fileSystem = (FILE_SYSTEMS.find((one) => one === text(context, 'fileSystem')) ??
    'other') satisfies FileSystem
  const source = text(context, 'device')
  return {
    mountPoint: text(context, 'mountPoint') || '/mnt/lifeboat',
    below: text(context, 'below').replace(/^\/+|\/+$/g, ''),
    onlyCopy: isOnly(context),
    overlay: context.fields['overlay'] === true,
    zextras: { uid, gid },
    from:
      text(context, 'how') === 'image'
        ? { kind: 'image', file: source, fileSystem }
        : { kind: 'block', device: source, fileSystem },
  }
}

/** Where the backup will be. */
async function pathOf(context: StepContext): Promise<string> {
  const request = await requestOf(context)
  return request === null ? text(context, 'path').replace(/(.)\/+$/, '$1') : mountPlan(request).path
}

/** The newest change of an item file: it was written with its newest transaction. */
const NEWEST = `find "$1/accounts" -mindepth 4 -maxdepth 4 -type f -printf '%T@\\n' 2>/dev/null | awk '{ if ($1 > m) m = $1 } END { printf "%.0f\\n", m }'`

export const mountPath: Step = {
  id: 'mount-path',
  title: words('The untampered path on another path', 'Il percorso intatto su un altro percorso'),
  why: words(
    'The disk with the untouched Backup Path is attached to the clone and mounted beside its own, read-only where that is possible. fstab is never written: after a restart nothing waits for the disk.',
    'Il disco con il Backup Path intatto viene collegato al clone e montato accanto al suo, in sola lettura dove possibile. fstab non viene mai scritto: dopo un riavvio nulla attende il disco.',
  ),
  risk: words(
    'A mount that may write, or that replays the journal, changes the evidence. On an only copy neither is done.',
    'Un mount in scrittura, o che riesegue il journal, modifica la prova. Su un’unica copia non si fa né l’uno né l’altro.',
  ),
  repeatable: true,
  page: null,
  primary: words('Mount the path', 'Monta il percorso'),
  fields: [
    {
      id: 'how',
      label: words('Where it is', 'Dove si trova'),
      help: words(
        'A disk that was attached to the clone is the usual way.',
        'Di solito è un disco collegato al clone.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => [
        { value: 'block', label: words('A disk attached to the clone', 'Un disco collegato al clone') },
        {
          value: 'image',
          label: words('A file with the image of a disk', 'Un file con l’immagine di un disco'),
        },
        {
          value: 'already',
          label: words('It is mounted or copied there already', 'È già montato o copiato lì'),
        },
      ],
      standard: () => 'block',
    },
    {
      id: 'device',
      label: words('Disk or file', 'Disco o file'),
      help: words(
        'Such as /dev/sdb1. `lsblk` on the clone shows what is new.',
        'Per esempio /dev/sdb1. `lsblk` sul clone mostra che cosa c’è di nuovo.',
      ),
      kind: 'text',
      required: false,
      advanced: false,
    },
    {
      id: 'fileSystem',
      label: words('File system', 'File system'),
      help: words('Tells how the journal is left alone.', 'Dice come lasciare intatto il journal.'),
      kind: 'choice',
      required: false,
      advanced: false,
      options: () => FILE_SYSTEMS.map((value) => ({ value, label: same(value) })),
      standard: () => 'ext4',
    },
    {
      id: 'mountPoint',
      label: words('Mounted on', 'Montato su'),
      help: words('A new, empty folder.', 'Una cartella nuova e vuota.'),
      kind: 'path',
      required: false,
      advanced: true,
      standard: () => '/mnt/lifeboat',
    },
    {
      id: 'below',
      label: words('Folder of the Backup Path on it', 'Cartella del Backup Path al suo interno'),
      help: words(
        'Such as backup/zextras; empty when it is the top.',
        'Per esempio backup/zextras; vuoto se è la radice.',
      ),
      kind: 'text',
      required: false,
      advanced: false,
    },
    {
      id: 'path',
      label: words('Path, when it is there already', 'Percorso, se c’è già'),
      help: words('With accounts/ and items/ in it.', 'Con accounts/ e items/ al suo interno.'),
      kind: 'path',
      required: false,
      advanced: false,
    },
    {
      id: 'overlay',
      label: words('An overlay above it', 'Un overlay sopra'),
      help: words(
        'The restore may write into the overlay; the path below stays untouched. For an only copy.',
        'Il ripristino può scrivere nell’overlay; il percorso sotto resta intatto. Per un’unica copia.',
      ),
      kind: 'yes-no',
      required: false,
      advanced: true,
      standard: isOnly,
    },
  ],
  checks: [
    check(
      'another-path',
      words('It is not the clone’s own Backup Path', 'Non è il Backup Path del clone'),
      true,
      async (context) => {
        const [path, { value }] = [await pathOf(context), await readServerSetting(context, 'new', DEST_PATH)]
        const own = value.replace(/(.)\/+$/, '$1')
        if (path !== own && !path.startsWith(`${own}/`) && !own.startsWith(`${path}/`))
          return ok(`${path} beside ${DEST_PATH} ${own}`, `${path} accanto a ${DEST_PATH} ${own}`)
        return {
          verdict: 'red',
          evidence: words(
            `${path} is or holds ${DEST_PATH} ${own}: the clone would write to it.`,
            `${path} è o contiene ${DEST_PATH} ${own}: il clone vi scriverebbe.`,
          ),
          next: words('Choose another folder.', 'Scegliere un’altra cartella.'),
        }
      },
    ),
    check(
      'only-copy',
      words('An only copy is not written to', 'Su un’unica copia non si scrive'),
      true,
      (context) => {
        if (!isOnly(context))
          return Promise.resolve(ok('There is another copy of it.', 'Ne esiste un’altra copia.'))
        const how = text(context, 'how')
        if (how !== 'already' && context.fields['overlay'] === true)
          return Promise.resolve(
            ok('Read-only, with an overlay above it.', 'In sola lettura, con un overlay sopra.'),
          )
        return Promise.resolve({
          verdict: 'red' as const,
          evidence: words('It is the only copy there is.', 'È l’unica copia esistente.'),
          next: words(
            'Take the overlay, or make a copy first; or override with your reason.',
            'Usare l’overlay, o farne prima una copia; oppure forzare con un motivo.',
          ),
        })
      },
    ),
  ],
  confirmations: [],
  commands: async (context) => {
    const request = await requestOf(context)
    const { host } = context.shell('new')
    return request === null
      ? []
      : mountPlan(request).steps.map(({ argv, what }): PlannedCommand => ({
          host,
          command: commandLine(argv),
          effect: 'changes',
          note: translated(what),
        }))
  },
  async run(context) {
    const request = await requestOf(context)
    if (request !== null) await mount(context, request)
    const path = await pathOf(context)
    const { code } = await ask(context, 'new', ['test', '-d', `${path}/accounts`], 'zextras')
    if (code !== 0) {
      throw new ExpectedError('NOT_A_BACKUP_PATH', `${path} is no Backup Path`, {
        why: 'There is no folder accounts/ in it that zextras can see.',
        next: 'Look at the folder below the mount, then do the step again.',
      })
    }
    const fstab = await ask(context, 'new', ['grep', '-F', '--', path, '/etc/fstab'])
    const noted = fstab.code === 0 && fstab.stdout.trim() !== ''
    context.setFact(FACTS.path, path)
    return {
      summary: words(
        `The backup is at ${path}.${noted ? ' fstab names it: take that line out.' : ''}`,
        `Il backup è in ${path}.${noted ? ' fstab lo contiene: togliere quella riga.' : ''}`,
      ),
      figures: [],
      tables: [],
    }
  },
  proofs: [
    check(
      'newer',
      words('It is newer than the snapshot', 'È più nuovo dello snapshot'),
      true,
      async (context) => {
        const known = context.fact(FACTS.path)
        const path = typeof known === 'string' ? known : ''
        const { stdout } = await ask(context, 'new', ['sh', '-c', NEWEST, 'sh', path], 'root', 300_000)
        const newest = Number(stdout.trim()) * 1000
        return comparedWithSnapshot(newest > 0 ? newest : null, snapshotAt(context), path)
      },
    ),
  ],
}

/** Runs the plan step by step; what is done already (mounted by an earlier try) is left. */
async function mount(context: StepContext, request: MountRequest): Promise<void> {
  const plan = mountPlan(request)
  const mounted = await ask(context, 'new', [
    'findmnt',
    '-n',
    '-o',
    'OPTIONS',
    '--mountpoint',
    request.mountPoint,
  ])
  if (mounted.code === 0 && mounted.stdout.split(/[\s,]/).includes('ro')) {
    context.record(
      words(
        `${request.mountPoint} is mounted read-only already: ${mounted.stdout.trim()}`,
        `${request.mountPoint} è già montato in sola lettura: ${mounted.stdout.trim()}`,
      ),
    )
    if (!request.overlay) return
  }
  for (const { argv, as, check: proof, what } of plan.steps) {
    if (mounted.code === 0 && (argv[0] === 'mkdir' || (argv[0] === 'mount' && !argv.includes('overlay'))))
      continue
    await doIt(context, 'new', argv, as)
    if (proof === null) continue
    const { code, stdout } = await ask(context, 'new', proof.argv, as)
    if (code === 0 && stdout.includes(proof.expect)) continue
    throw new ExpectedError('REFUSED', `It did not work: ${what}`, {
      why: `The answer of ${commandLine(proof.argv)}: ${stdout.trim().slice(0, 200) || '–'}`,
      next: 'Look at the disk with lsblk and dmesg on the clone, then do the step again.',
    })
  }
}
