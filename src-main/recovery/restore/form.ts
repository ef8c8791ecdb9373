import type { z } from 'zod'
import type { FieldValue, FieldView } from '../../contract/recovery.ts'
import type { doExternalRestore } from '../../remote/carbonio/do-external-restore.ts'
import { RESTORE_PARAMETERS, type RestoreParameter } from '../../remote/carbonio/restore-parameters.ts'
import { same, words } from '../cases/words.ts'
import type { Field, StepContext } from '../types.ts'
import { FACTS } from './facts.ts'
import { parameterWords } from './form-words.ts'

export type RestoreInput = z.input<typeof doExternalRestore.input>

/** The step that holds the form; the runs read it from there. */
export const FORM_STEP = 'restore-preflight'

/** What a technician sets in every recovery; the rest is seldom changed. */
const USUAL = new Set([
  'sourcePath',
  'accounts',
  'domains',
  'notifications',
  'concurrentAccounts',
  'filterDeleted',
])

const KINDS: Readonly<Record<RestoreParameter['kind'], FieldView['kind']>> = {
  path: 'path',
  accounts: 'accounts',
  domains: 'domains',
  addresses: 'text',
  'yes-no': 'yes-no',
  number: 'number',
  text: 'text',
}

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`

/** Accounts of the catalog as options, system accounts last. */
async function accountOptions(context: StepContext): Promise<FieldView['options']> {
  const rows = (await context.catalog())?.accounts() ?? []
  return [...rows]
    .sort((a, b) => Number(a.system) - Number(b.system) || a.name.localeCompare(b.name))
    .map(({ name, items, bytes }) => ({
      value: name,
      label: same(name),
      note: words(
        `${items.toLocaleString('en-US')} items, ${megabytes(bytes)}`,
        `${items.toLocaleString('it-IT')} elementi, ${megabytes(bytes)}`,
      ),
    }))
}

async function domainOptions(context: StepContext): Promise<FieldView['options']> {
  return ((await context.catalog())?.domains() ?? []).map((name) => ({ value: name, label: same(name) }))
}

/** Where the backup lies on the new server: brought there by this case, or the source itself when it lies there. */
export function knownPath(context: StepContext): string | null {
  const brought = context.fact(FACTS.path)
  if (typeof brought === 'string' && brought.startsWith('/')) return brought
  const place = context.source?.place
  const there = place?.kind === 'server' && context.hasServer('new')
  return there && place.serverId === context.address('new').serverId ? place.path : null
}

function fieldOf(parameter: RestoreParameter): Field {
  const { field, kind, required, standard } = parameter
  return {
    id: field,
    ...parameterWords(field),
    kind: KINDS[kind],
    required,
    advanced: !USUAL.has(field),
    standard: (context) => {
      if (field === 'sourcePath') return knownPath(context) ?? ''
      if (kind === 'accounts' || kind === 'domains') return []
      return typeof standard === 'boolean' || typeof standard === 'number' ? standard : null
    },
    ...(kind === 'accounts' ? { options: accountOptions } : {}),
    ...(kind === 'domains' ? { options: domainOptions } : {}),
  }
}

/** The form of the External Restore: every parameter, and who comes first. */
export const RESTORE_FIELDS: readonly Field[] = [
  ...RESTORE_PARAMETERS.slice(0, 1).map(fieldOf),
  {
    id: 'vips',
    label: words('First of all', 'Prima di tutti'),
    help: words(
      'These accounts are brought in a run of their own before all others, once every blob of them has arrived and was compared. Leave it empty where nobody is more urgent.',
      'Questi account vengono riportati in un’esecuzione propria prima di tutti gli altri, quando ogni loro blob è arrivato ed è stato confrontato. Da lasciare vuoto se nessuno è più urgente.',
    ),
    kind: 'accounts',
    required: false,
    advanced: false,
    standard: () => [],
    options: accountOptions,
  },
  ...RESTORE_PARAMETERS.slice(1)
    // the steps make the accounts first by themselves, and a file on the server is made by nobody here
    .filter(({ field }) => field !== 'inputFile' && field !== 'provisioningOnly')
    .map(fieldOf),
]

type Form = Readonly<Record<string, FieldValue>>

/** The form as it stands: what was typed, else the standards. */
export async function formOf(context: StepContext): Promise<Form> {
  const typed = context.step === FORM_STEP ? context.fields : context.fieldsOf(FORM_STEP)
  const form: Record<string, FieldValue> = {}
  for (const { id, standard } of RESTORE_FIELDS) form[id] = typed[id] ?? (await standard?.(context)) ?? null
  return form
}

export const listOf = (value: FieldValue | undefined): string[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[\s,;]+/).filter(Boolean) : []

/** The VIPs of a form; empty when nobody comes first. */
export const vipsOf = (form: Form): string[] => listOf(form['vips'])

/**
 * Parameters of one run, only those that differ from Carbonio's own defaults, so that the command stays short.
 * @param overrides what this run sets by itself (`accounts` of the VIPs)
 */
export function restoreInput(form: Form, overrides: Partial<RestoreInput> = {}): RestoreInput {
  const input: Record<string, unknown> = {}
  for (const { field, kind, standard } of RESTORE_PARAMETERS) {
    const value = form[field]
    if (value === null || value === undefined || value === '') continue
    if (kind === 'accounts' || kind === 'domains' || kind === 'addresses') {
      const list = listOf(value)
      if (list.length > 0) input[field] = list
    } else if (value !== standard) input[field] = value
  }
  return { sourcePath: String(form['sourcePath'] ?? ''), ...input, ...overrides }
}

/** What an External Restore with this form brings, by the catalog: null without one. */
export async function wantedAccounts(context: StepContext, form: Form): Promise<ReturnType<Accounts> | null> {
  const rows = (await context.catalog())?.accounts()
  if (rows === undefined) return null
  const accounts = new Set(listOf(form['accounts']).map((name) => name.toLowerCase()))
  const domains = new Set(listOf(form['domains']).map((name) => name.toLowerCase()))
  return rows.filter(
    ({ name, system }) =>
      name.includes('@') &&
      (accounts.size === 0 || accounts.has(name.toLowerCase())) &&
      (domains.size === 0 || domains.has(name.split('@').at(-1)?.toLowerCase() ?? '')) &&
      !(system && form['skipSystemAccounts'] !== false),
  )
}

type Accounts = NonNullable<Awaited<ReturnType<StepContext['catalog']>>>['accounts']
