import type { CopyFinding } from '../../contract/copy.ts'
import type { Words } from '../../contract/recovery.ts'
import type { SourceLook, TargetLook } from './preflight-look.ts'
import type { CopyMode } from './types.ts'

/** What a copy would bring over. */
export interface Needed {
  files: number
  /** On a disk with blocks of 4 KiB. */
  bytes: number
  /** Two names of the source that differ only in case; null where there are none. */
  clash: [string, string] | null
}

const SOME = 3

/**
 * What must be known before a copy begins: each with what was seen, and what to do where it is not as it should be. Both
 * ends were opened for it, so they differ, and the source is a Backup Path: that stands first.
 */
export function findingsOf(
  mode: CopyMode,
  source: SourceLook,
  target: TargetLook,
  needed: Needed,
): CopyFinding[] {
  const findings = [
    apart(),
    sourceVolume(source),
    writable(target),
    space(target, needed),
    inodes(target, needed),
  ]
  findings.push(upperAndLower(target, needed), zextras(mode, target), others(source, target))
  if (mode === 'direct')
    findings.push({
      id: 'reach',
      state: 'ok',
      what: words('The old server reaches the new one.', 'Il vecchio server raggiunge quello nuovo.'),
      evidence: 'ssh -o PreferredAuthentications=none: Permission denied',
      next: null,
    })
  return findings
}

function words(en: string, it: string): Words {
  return { en, it }
}

function apart(): CopyFinding {
  return {
    id: 'apart',
    state: 'ok',
    what: words('Source and target are different places.', 'Origine e destinazione sono luoghi diversi.'),
    evidence: 'device:inode, /proc/sys/kernel/random/boot_id',
    next: null,
  }
}

function sourceVolume({ volume, readOnly, readOnlyMounts }: SourceLook): CopyFinding {
  const elsewhere = readOnlyMounts.filter((mount) => volume?.startsWith(`${mount} `) !== true)
  const id = 'source-volume'
  const evidence = [volume ?? '', ...elsewhere.map((mount) => `${mount} (ro)`)].filter(Boolean).join('; ')
  if (elsewhere.length > 0) {
    return {
      id,
      state: 'attention',
      what: words(
        'Disks of the old server are read-only: the kernel does that when it meets errors.',
        'Alcuni dischi del vecchio server sono in sola lettura: il kernel lo fa quando trova errori.',
      ),
      evidence,
      next: words(
        'Copy now, most important accounts first. Look into dmesg; do not remount them for writing.',
        'Copiare subito, prima gli account più importanti. Controllare dmesg; non rimontarli in scrittura.',
      ),
    }
  }
  if (volume === null) {
    return {
      id,
      state: 'unknown',
      what: words(
        'How the source is mounted could not be told.',
        'Non si è potuto sapere come è montata l’origine.',
      ),
      evidence: '/proc/mounts',
      next: null,
    }
  }
  return {
    id,
    state: 'ok',
    what: readOnly
      ? words('The source is mounted read-only.', 'L’origine è montata in sola lettura.')
      : words(
          'The source is mounted for writing; Lifeboat only reads there.',
          'L’origine è montata in scrittura; Lifeboat vi legge soltanto.',
        ),
    evidence,
    next: null,
  }
}

function writable({ refusal, at, readOnly, volume }: TargetLook): CopyFinding {
  const evidence = `${at}${volume === null ? '' : `; ${volume}`}`
  if (refusal === null) {
    return {
      id: 'writable',
      state: 'ok',
      what: words('The target can be written (tried).', 'La destinazione è scrivibile (provato).'),
      evidence,
      next: null,
    }
  }
  return {
    id: 'writable',
    state: 'failed',
    what: readOnly
      ? words('The target is on a read-only volume.', 'La destinazione è su un volume in sola lettura.')
      : words('The target cannot be written.', 'La destinazione non è scrivibile.'),
    evidence: `${evidence}; ${refusal}`,
    next: words(
      'Choose another folder, or log in as a user who may write there (root or zextras).',
      'Scegliere un’altra cartella o accedere con un utente che può scrivervi (root o zextras).',
    ),
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`
}

function space({ room }: TargetLook, { bytes }: Needed): CopyFinding {
  if (room === null) {
    return {
      id: 'space',
      state: 'unknown',
      what: words('The free space could not be told.', 'Lo spazio libero non è noto.'),
      evidence: 'df -Pk',
      next: null,
    }
  }
  const fits = room.bytes >= bytes
  return {
    id: 'space',
    state: fits ? 'ok' : 'failed',
    what: fits
      ? words('There is room for everything.', 'C’è spazio per tutto.')
      : words('The target has too little room.', 'La destinazione ha troppo poco spazio.'),
    evidence: `${gigabytes(bytes)} / ${gigabytes(room.bytes)}`,
    next: fits
      ? null
      : words(
          'Choose another disk or make room; or copy only some accounts.',
          'Scegliere un altro disco o liberare spazio; oppure copiare solo alcuni account.',
        ),
  }
}

function inodes({ room }: TargetLook, { files }: Needed): CopyFinding {
  const free = room?.files ?? null
  if (free === null) {
    return {
      id: 'inodes',
      state: 'unknown',
      what: words(
        'The file system does not say how many files it can still hold.',
        'Il file system non dice quanti file può ancora contenere.',
      ),
      evidence: 'df -Pi',
      next: null,
    }
  }
  const fits = free >= files
  return {
    id: 'inodes',
    state: fits ? 'ok' : 'failed',
    what: fits
      ? words('There are inodes for every file.', 'Ci sono inode per ogni file.')
      : words('The target cannot hold so many files.', 'La destinazione non può contenere tanti file.'),
    evidence: `${String(files)} / ${String(free)}`,
    next: fits
      ? null
      : words(
          'Choose another disk, or format it with more inodes.',
          'Scegliere un altro disco, o formattarlo con più inode.',
        ),
  }
}

function upperAndLower({ keepsCase, at }: TargetLook, { clash }: Needed): CopyFinding {
  const id = 'case'
  if (keepsCase === null) {
    return {
      id,
      state: 'unknown',
      what: words(
        'Whether upper and lower case are kept apart could not be tried.',
        'Non si è potuto provare se maiuscole e minuscole restano distinte.',
      ),
      evidence: at,
      next: null,
    }
  }
  if (keepsCase) {
    return {
      id,
      state: 'ok',
      what: words(
        'The target keeps upper and lower case apart (tried).',
        'La destinazione distingue maiuscole e minuscole (provato).',
      ),
      evidence: at,
      next: null,
    }
  }
  return {
    id,
    state: clash === null ? 'attention' : 'failed',
    what: words(
      'The target does not keep upper and lower case apart.',
      'La destinazione non distingue maiuscole e minuscole.',
    ),
    evidence: clash === null ? at : clash.join(' = '),
    next: words(
      'Half of the mail could be lost: choose a disk with ext4 or xfs (on a Mac: APFS, case-sensitive).',
      'Metà della posta potrebbe andare persa: scegliere un disco con ext4 o xfs (su Mac: APFS con distinzione).',
    ),
  }
}

function zextras(mode: CopyMode, { zextras: state, at }: TargetLook): CopyFinding {
  const id = 'zextras'
  if (mode === 'pull' || mode === 'local' || state === 'absent') {
    const onServer = mode !== 'pull' && mode !== 'local'
    return {
      id,
      state: onServer ? 'attention' : 'ok',
      what: onServer
        ? words('There is no user zextras at the target.', 'Sulla destinazione non c’è l’utente zextras.')
        : words(
            'No user zextras is needed here: give the files to it when they go to the new server.',
            'Qui l’utente zextras non serve: i file gli si assegnano quando vanno sul nuovo server.',
          ),
      evidence: 'id zextras',
      next: onServer
        ? words(
            'Right for a storage. On the new server install Carbonio first, or give it the files afterwards (chown -R zextras:zextras).',
            'Va bene per un archivio. Sul nuovo server installare prima Carbonio, o assegnare i file dopo (chown -R zextras:zextras).',
          )
        : null,
    }
  }
  if (state === 'yes') {
    return {
      id,
      state: 'ok',
      what: words('zextras may go where the copy will be.', 'zextras può arrivare dove sarà la copia.'),
      evidence: `test -x -r ${at}`,
      next: null,
    }
  }
  return {
    id,
    state: state === 'no' ? 'failed' : 'unknown',
    what:
      state === 'no'
        ? words(
            'zextras may not enter the folder in which the copy will be: a restore would find nothing.',
            'zextras non può entrare nella cartella della copia: un ripristino non troverebbe nulla.',
          )
        : words(
            'Whether zextras may go there cannot be told by this login.',
            'Con questo accesso non si può sapere se zextras può arrivarci.',
          ),
    evidence: `test -x -r ${at}`,
    next: words(
      `Allow it on the way: sudo -u zextras ls ${at}, then chmod o+x on the folders above.`,
      `Permetterlo lungo il percorso: sudo -u zextras ls ${at}, poi chmod o+x sulle cartelle superiori.`,
    ),
  }
}

function others(source: SourceLook, target: TargetLook): CopyFinding {
  const seen = [...source.others, ...target.others]
  if (seen.length === 0) {
    return {
      id: 'others',
      state: 'ok',
      what: words(
        'No other transfer of this path was seen.',
        'Non si vedono altri trasferimenti di questo percorso.',
      ),
      evidence: 'ps, flock',
      next: null,
    }
  }
  return {
    id: 'others',
    state: target.others.length > 0 ? 'failed' : 'attention',
    what: words(
      'Another transfer of this path is running.',
      'È in corso un altro trasferimento di questo percorso.',
    ),
    evidence: seen
      .slice(0, SOME)
      .map((line) => line.slice(0, 200))
      .join('; '),
    next: words(
      'Wait until it is done, or stop it: two at once slow each other down and may write over each other.',
      'Attendere che finisca, o fermarlo: due insieme si rallentano e possono sovrascriversi.',
    ),
  }
}
