import type { CheckView, FieldView, StepView, Words } from '../../../src-main/contract/recovery.ts'

/** Steps as an engine could tell of them, and what they are made of. */
export const w = (en: string, it = en): Words => ({ en, it })
export const NOW = Date.now()
export const MINUTE = 60_000

export function step(id: string, title: Words, over: Partial<StepView> = {}): StepView {
  return {
    id,
    title,
    why: w(
      'The External Restore reads the backup there. Nothing on the old server is changed by it.',
      'L’External Restore lo legge lì. Sul vecchio server non viene modificato nulla.',
    ),
    risk: w('none to the old data', 'nessuno per i dati vecchi'),
    state: 'to-do',
    reason: null,
    repeatable: false,
    runs: 0,
    checks: [],
    confirmations: [],
    fields: [],
    commands: [],
    primary: w('Start', 'Avvia'),
    canRun: true,
    blockedBy: [],
    expectedSeconds: null,
    expectedUnknown: null,
    startedAt: null,
    endedAt: null,
    progress: null,
    restoring: false,
    result: null,
    page: null,
    ...over,
  }
}

function check(id: string, label: Words, over: Partial<CheckView> = {}): CheckView {
  return {
    id,
    label,
    guard: false,
    verdict: 'ok',
    evidence: null,
    next: null,
    at: NOW - 2 * MINUTE,
    overridden: null,
    ...over,
  }
}

function field(id: string, kind: FieldView['kind'], label: Words, over: Partial<FieldView> = {}): FieldView {
  return {
    id,
    kind,
    label,
    help: w('What it does, and when to change it.', 'Che cosa fa, e quando cambiarlo.'),
    options: [],
    required: false,
    standard: null,
    value: null,
    advanced: false,
    ...over,
  }
}

export const bring = step(
  'bring',
  w('Bring the backup to the new server', 'Porta il backup sul nuovo server'),
  {
    state: 'waiting',
    page: 'copy',
    canRun: false,
    blockedBy: [
      w(
        'zextras can read the path: zextras cannot read /mnt/import/accounts (mode 700, owner root).',
        'zextras può leggere il percorso: zextras non può leggere /mnt/import/accounts (modo 700, proprietario root).',
      ),
    ],
    expectedSeconds: 42 * 60,
    primary: w('Start copying', 'Avvia la copia'),
    checks: [
      check('answers', w('The old server answers', 'Il vecchio server risponde'), {
        evidence: w('root@old.example.com:22, Ubuntu 22.04 (uname -a)'),
      }),
      check('space', w('Space for the backup', 'Spazio per il backup'), {
        guard: true,
        evidence: w('412 GB free of 180 GB needed (df)', '412 GB liberi, 180 GB necessari (df)'),
      }),
      check('clock', w('Clocks agree', 'Gli orologi concordano'), {
        verdict: 'attention',
        evidence: w('The new server is 94 seconds behind (date +%s)'),
        next: w('Start chrony on the new server.', 'Avviare chrony sul nuovo server.'),
      }),
      check('readable', w('zextras can read the path', 'zextras può leggere il percorso'), {
        guard: true,
        verdict: 'red',
        evidence: w('zextras cannot read /mnt/import/accounts: mode 700, owner root (stat)'),
        next: w(
          'Copy the backup, or mount it with an overlay. On the only copy the owner must not be changed.',
        ),
      }),
      check('raid', w('No disk fails', 'Nessun disco guasto'), {
        verdict: 'unknown',
        evidence: w('smartctl is not installed there', 'smartctl non è installato lì'),
      }),
      check('licence', w('The backup licence is valid', 'La licenza di backup è valida'), {
        verdict: null,
        at: null,
      }),
    ],
    confirmations: [
      {
        id: 'snapshot',
        label: w(
          'The disk of the old server is not part of any snapshot job',
          'Il disco del vecchio server non è in nessun job di snapshot',
        ),
        confirmed: null,
      },
      {
        id: 'told',
        label: w('Users know that mail is not available', 'Gli utenti sanno che la posta non è disponibile'),
        confirmed: {
          at: NOW - 9 * MINUTE,
          by: 'marta',
          note: 'Mail to all through the town’s list',
          files: ['notice.png'],
        },
      },
    ],
    fields: [
      field('how', 'choice', w('How it comes there', 'Come ci arriva'), {
        standard: 'relay',
        value: 'relay',
        options: [
          {
            value: 'relay',
            label: w('Relay through this laptop', 'Attraverso questo computer'),
            note: w('71 MB/s measured'),
          },
          { value: 'mount', label: w('Mount it there', 'Montarlo lì') },
        ],
      }),
      field('target', 'path', w('Path on the new server', 'Percorso sul nuovo server'), {
        required: true,
        standard: '/mnt/import',
        value: '/srv/import',
      }),
      field('first', 'accounts', w('These accounts first', 'Prima questi account'), {
        value: ['anna.rossi@example.com', 'mayor@example.com', 'office@example.com', 'desk@example.com'],
        options: Array.from({ length: 640 }, (_, n) => ({
          value: `user${String(n)}@example.com`,
          label: w(`user${String(n)}@example.com`),
          note: w(`${String(n * 7)} items`),
        })),
      }),
      field('compress', 'yes-no', w('Compress on the way', 'Comprimi durante il trasporto'), {
        standard: false,
        value: false,
      }),
      field('concurrency', 'number', w('Accounts at once', 'Account insieme'), {
        standard: 5,
        value: 5,
        advanced: true,
      }),
      field('note', 'long-text', w('Remark', 'Osservazione'), { advanced: true }),
      field('until', 'date', w('Only until', 'Solo fino a'), { advanced: true }),
    ],
    commands: [
      {
        host: 'root@old.example.com:22',
        command:
          "rsync -a --numeric-ids --itemize-changes --info=progress2 /opt/zextras/backup/zextras/ root@new.example.com:/srv/import/ --exclude='*.tmp'",
        effect: 'reads',
        note: null,
      },
      {
        host: 'root@new.example.com:22',
        command: 'mkdir -p /srv/import',
        effect: 'changes',
        note: w('Only when it is not there yet'),
      },
    ],
  },
)
