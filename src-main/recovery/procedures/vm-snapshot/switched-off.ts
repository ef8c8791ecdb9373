import { words } from '../../cases/words.ts'
import type { Step } from '../../types.ts'

export const switchedOff: Step = {
  id: 'vm-switched-off',
  title: words('Was the VM off when the snapshot was taken', 'La VM era spenta allo snapshot'),
  why: words(
    'Of a running machine the snapshot holds what was on the disks at that second: databases and the directory as after a power failure. They usually recover, but they must be looked at before anybody relies on them.',
    'Di una macchina accesa lo snapshot contiene ciò che era sui dischi in quell’istante: database e directory come dopo un’interruzione di corrente. Di solito si riprendono, ma vanno esaminati prima di farci affidamento.',
  ),
  risk: words('None: nothing is changed.', 'Nessuno: non si modifica nulla.'),
  repeatable: false,
  page: null,
  primary: words('Keep the answer', 'Salva la risposta'),
  fields: [
    {
      id: 'state',
      label: words('At the time of the snapshot the VM was', 'Al momento dello snapshot la VM era'),
      help: words(
        'The hypervisor shows it beside the snapshot.',
        'L’hypervisor lo mostra accanto allo snapshot.',
      ),
      kind: 'choice',
      required: true,
      advanced: false,
      options: () => [
        { value: 'off', label: words('switched off', 'spenta') },
        { value: 'running', label: words('running', 'accesa') },
        { value: 'unknown', label: words('not known', 'non si sa') },
      ],
      standard: () => 'unknown',
    },
  ],
  checks: [
    {
      id: 'consistent',
      label: words('What the snapshot holds is consistent', 'Il contenuto dello snapshot è coerente'),
      guard: false,
      run: ({ fields }) =>
        Promise.resolve(
          fields['state'] === 'off'
            ? { verdict: 'ok', evidence: words('The VM was off.', 'La VM era spenta.') }
            : {
                verdict: 'attention',
                evidence: words(
                  'The VM ran, or nobody knows: databases and directory are as after a power failure.',
                  'La VM era accesa, o non si sa: database e directory sono come dopo un’interruzione di corrente.',
                ),
                next: words(
                  'Prefer a snapshot or VM backup that was taken switched off. Otherwise look at the logs of the database and the directory when the clone has started.',
                  'Preferire uno snapshot o un backup della VM preso a macchina spenta. Altrimenti controllare i log di database e directory quando il clone è partito.',
                ),
              },
        ),
    },
  ],
  confirmations: [],
  run: ({ fields, record }) => {
    const off = fields['state'] === 'off'
    record(
      off
        ? words(
            'The VM was switched off when the snapshot was taken.',
            'La VM era spenta quando è stato preso lo snapshot.',
          )
        : fields['state'] === 'running'
          ? words(
              'The VM ran when the snapshot was taken.',
              'La VM era accesa quando è stato preso lo snapshot.',
            )
          : words(
              'It is not known whether the VM ran when the snapshot was taken.',
              'Non si sa se la VM era accesa quando è stato preso lo snapshot.',
            ),
    )
    return Promise.resolve({
      summary: off
        ? words('It was off.', 'Era spenta.')
        : words(
            'It may have been running: look at database and directory.',
            'Forse era accesa: esaminare database e directory.',
          ),
      figures: [],
      tables: [],
    })
  },
}
