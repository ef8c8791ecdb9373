import type { CaseView, JournalEntry, Pending, StepView } from '../../../src-main/contract/recovery.ts'
import type { Told } from './recovery-fake.ts'
import { bring, MINUTE, NOW, step, w } from './recovery-sample-steps.ts'

/** Cases as an engine could tell of them: empty, busy, full and failed. */
export function fullCase(over: Partial<CaseView> = {}): CaseView {
  const done = step('base', w('Base system', 'Sistema di base'), {
    state: 'done',
    startedAt: NOW - 60 * MINUTE,
    endedAt: NOW - 51 * MINUTE,
    result: {
      summary: w(
        'Carbonio 25.6.1 answers, two domains are known.',
        'Carbonio 25.6.1 risponde, due domini sono noti.',
      ),
      figures: [],
      tables: [],
    },
  })
  const plan = [
    done,
    {
      ...done,
      id: 'installed',
      title: w('Carbonio installed and bootstrapped', 'Carbonio installato e avviato'),
    },
    bring,
    step('preflight', w('Pre-flight of the External Restore', 'Controlli prima dell’External Restore')),
    step('restore', w('External Restore', 'External Restore')),
    step('unrestored', w('Unrestored items', 'Elementi non ripristinati'), { page: 'unrestored' }),
    step('settings', w('Settings and configurations', 'Impostazioni e configurazioni'), { page: 'settings' }),
    step('verify', w('Verification', 'Verifica')),
    step('aftermath', w('Aftermath', 'Dopo il disastro')),
  ]
  return {
    id: 'c1',
    name: 'mail.example.com outage',
    procedure: 'data-recovery',
    createdAt: NOW - 120 * MINUTE,
    changedAt: NOW - MINUTE,
    stepsDone: 2,
    steps: plan.length,
    state: 'waiting',
    pending: 0,
    closed: false,
    broken: null,
    servers: [
      { role: 'old', serverId: 's-old', name: 'old.example.com' },
      { role: 'new', serverId: 's-new', name: 'new.example.com' },
    ],
    sources: [
      {
        id: 'a',
        kind: 'backup-path',
        place: { kind: 'server', serverId: 's-old', path: '/opt/zextras/backup/zextras' },
        onlyCopy: true,
        newest: NOW - 180 * MINUTE,
        accounts: 640,
        items: 1_204_311,
        damaged: 3,
        lookedAt: NOW - 40 * MINUTE,
        error: null,
      },
      {
        id: 'b',
        kind: 'copy',
        place: { kind: 'local', path: '/media/usb/offsite/backup' },
        onlyCopy: false,
        newest: NOW - 26 * 60 * MINUTE,
        accounts: 639,
        items: 1_201_002,
        damaged: null,
        lookedAt: NOW - 40 * MINUTE,
        error: null,
      },
      {
        id: 'c',
        kind: 'external',
        place: { kind: 'local', path: '/mnt/nas/zextras' },
        onlyCopy: false,
        newest: null,
        accounts: null,
        items: null,
        damaged: null,
        lookedAt: null,
        error: 'The folder does not answer: stale NFS file handle.',
      },
    ],
    proposed: {
      id: 'a',
      reasons: [
        w('It is the newest: three hours before now.', 'È la più recente: tre ore fa.'),
        w('It has all 640 accounts.', 'Ha tutti i 640 account.'),
      ],
    },
    chosenSource: null,
    notes: [
      {
        at: NOW - 80 * MINUTE,
        who: 'marta',
        text: 'The RAID controller failed at 02:10, two disks are gone.',
        files: ['console.png'],
      },
    ],
    plan,
    present: 'bring',
    pendings: [],
    entries: 0,
    lastHash: 'a'.repeat(64),
    ...over,
  }
}

export const pending: Pending = {
  id: 'p1',
  caseId: 'c1',
  what: w('The LMTP validator is switched off', 'Il validatore LMTP è disattivato'),
  host: 'zextras@new.example.com:22',
  undo: 'carbonio prov ms new.example.com zimbraLmtpValidateMessages TRUE',
  since: NOW - 25 * MINUTE,
  timerAt: NOW + 95 * MINUTE,
}

export function journalOf(count: number): JournalEntry[] {
  return Array.from({ length: count }, (_, at): JournalEntry => {
    const command = at % 3 === 1
    return {
      n: at + 1,
      at: NOW - (count - at) * 20_000,
      offset: 120,
      who: 'marta',
      kind: command ? 'command' : 'looked',
      step: at % 2 ? 'bring' : 'base',
      text: command ? 'Space on the new server was asked for' : 'Checks were looked at: 5 in order, 1 red',
      host: command ? 'root@new.example.com:22' : null,
      command: command ? 'df -PB1 -- /mnt/import /opt/zextras/store' : null,
      exitCode: command ? (at % 9 === 1 ? 1 : 0) : null,
      output: command
        ? 'Filesystem 1B-blocks Used Available\n/dev/sdb1 500000000000 88000000000 412000000000\n'
        : null,
      milliseconds: command ? 184 : null,
      files: [],
      data: null,
      before: 'b'.repeat(64),
      hash: String(at).padStart(64, 'c'),
    }
  })
}

export function told(over: Partial<Told> = {}): Told {
  const titles = [
    ['intake', 'Intake', 'Accoglienza', 'First, in every case.', 'Per prima, in ogni caso.'],
    [
      'data-recovery',
      'Data recovery on a new server',
      'Recupero dati su un nuovo server',
      'The old server is lost, its backup is readable.',
      'Il vecchio server è perso, il suo backup è leggibile.',
    ],
    [
      'vm-snapshot',
      'From a VM snapshot',
      'Da uno snapshot della VM',
      'There is a snapshot of the machine from before the disaster.',
      'C’è uno snapshot della macchina da prima del disastro.',
    ],
    [
      'same-server',
      'Data back onto the same server',
      'Dati di nuovo sullo stesso server',
      'The server lives, its data are lost.',
      'Il server vive, i dati sono persi.',
    ],
    ['aftermath', 'Aftermath', 'Dopo il disastro', 'Users work again.', 'Gli utenti lavorano di nuovo.'],
  ] as const
  return {
    cases: [],
    view: null,
    journal: [],
    pendings: [],
    items: [],
    procedures: titles.map(([id, en, it, when, quando]) => ({
      id,
      title: w(en, it),
      when: w(when, quando),
      steps: fullCase().plan.map(({ id: one, title }) => ({ id: one, title })),
    })),
    fails: new Map(),
    ...over,
  }
}

/** The copy under way. */
export function doing(): CaseView {
  const running: StepView = {
    ...bring,
    state: 'doing',
    canRun: false,
    blockedBy: [w('It is being done.', 'È in corso.')],
    checks: bring.checks.slice(0, 3),
    startedAt: NOW - 20 * MINUTE,
    progress: {
      phase: w('Copying messages', 'Copia dei messaggi'),
      done: 110_000_000_000,
      total: 180_000_000_000,
      unit: 'bytes',
      rate: 71_000_000,
      secondsLeft: 985,
      detail: w('items/5/5f: 1,204 of 2,011 files'),
    },
  }
  const view = fullCase({ state: 'doing', entries: 640 })
  return { ...view, plan: view.plan.map((one) => (one.id === 'bring' ? running : one)) }
}

/** The restore is over; so are all steps. */
export function finished(): CaseView {
  const view = fullCase({ state: 'done', present: null, stepsDone: 9, entries: 640 })
  const restored: Partial<StepView> = {
    repeatable: true,
    runs: 2,
    primary: w('Do it again: External Restore', 'Ripeti: External Restore'),
    result: {
      summary: w('639 of 640 accounts are there with everything the backup had. 12 items were not restored.'),
      figures: [
        { label: w('Accounts complete'), value: '639', tone: 'ok' },
        { label: w('Items restored'), value: '1,204,299', tone: 'plain' },
        { label: w('Skipped: already there'), value: '311', tone: 'plain' },
        { label: w('Not restored'), value: '12', tone: 'failed' },
        { label: w('Accounts whose COS has backup off'), value: '4', tone: 'attention' },
      ],
      tables: [
        {
          title: w('Difference by account'),
          columns: [
            w('Account'),
            w('In the backup'),
            w('On the server'),
            w('Difference'),
            w('The backup ends at'),
          ],
          rows: Array.from({ length: 40 }, (_, n) => [
            `user${String(n)}@example.com`,
            String(4000 + n),
            String(4000 + n - (n % 5)),
            n % 5 === 0 ? '0' : `-${String(n % 5)}`,
            '2026-11-23 02:08',
          ]),
          total: 640,
        },
      ],
    },
  }
  return {
    ...view,
    plan: view.plan.map((one) => ({
      ...one,
      state: 'done' as const,
      startedAt: NOW - 30 * MINUTE,
      endedAt: NOW - 3 * MINUTE,
      ...(one.id === 'restore' ? restored : {}),
    })),
  }
}

/** The restore broke off. */
export function failed(): CaseView {
  const view = fullCase({ state: 'failed', present: 'restore', stepsDone: 4, entries: 640 })
  return {
    ...view,
    plan: view.plan.map((one) => {
      if (one.id !== 'restore')
        return ['bring', 'preflight'].includes(one.id) ? { ...one, state: 'done' as const } : one
      return {
        ...one,
        state: 'failed' as const,
        reason: w(
          'The External Restore ended with an error. The server says: no space left on device. Free space on /opt/zextras/store and try again; what is there already is skipped.',
          'L’External Restore è finito con un errore. Il server dice: no space left on device. Liberare spazio in /opt/zextras/store e riprovare; ciò che c’è già viene saltato.',
        ),
        primary: w('Try again', 'Riprova'),
        repeatable: true,
        runs: 1,
        result: { summary: w('It stopped after 120 of 640 accounts.'), figures: [], tables: [] },
      }
    }),
  }
}
