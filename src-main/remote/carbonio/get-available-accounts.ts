import { z } from 'zod'
import { dateOr, listArgument, named, pathArgument, textOf } from './arguments.ts'
import { isObject, pick } from './json-reply.ts'
import { defineOperation } from './operation.ts'
import { deepPick, isUuid } from './replies.ts'

const accountSchema = z.object({
  /** null where the reply lists names only. */
  id: z.string().nullable(),
  /** null where the reply lists ids only. */
  address: z.string().nullable(),
})
type Account = z.infer<typeof accountSchema>

const isAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text)

/** Account from texts of which one is an id and one an address, in either order. */
function accountOf(texts: readonly unknown[]): Account | null {
  const words = texts.map(textOf).filter((text) => text !== null)
  const id = words.find(isUuid) ?? null
  const address = words.find(isAddress) ?? null
  return id === null && address === null ? null : { id, address }
}

function accountsIn(value: unknown): (Account | null)[] | null {
  if (value === null || value === '') return []
  if (Array.isArray(value)) {
    return value.map((entry: unknown) =>
      isObject(entry)
        ? accountOf([
            pick(entry, 'id', 'accountId', 'zimbraId', 'account_id'),
            pick(entry, 'name', 'accountName', 'mail', 'address'),
          ])
        : accountOf((textOf(entry) ?? '').split(/\s+/)),
    )
  }
  if (isObject(value)) return Object.entries(value).map(([key, entry]) => accountOf([key, entry]))
  return typeof value === 'string' ? [accountOf(value.split(/\s+/))] : null
}

/** The accounts that a Backup Path can restore. Names and ids of separate lists are never paired by their order. */
export const getAvailableAccounts = defineOperation({
  name: 'getAvailableAccounts',
  module: 'backup',
  effect: 'reads',
  risk: 'Reads only. On a large Backup Path it can take minutes.',
  input: z.object({
    date: dateOr('last').optional(),
    backupPath: pathArgument.optional(),
    domains: listArgument.optional(),
    hideDeleted: z.boolean().optional(),
    hideSystemAccounts: z.boolean().optional(),
    hideExistingAccounts: z.boolean().optional(),
  }),
  output: z.object({ accounts: z.array(accountSchema) }),
  timeout: 600_000,
  words: (input) => [
    'backup',
    'getAvailableAccounts',
    ...named({
      date: input.date,
      backup_path: input.backupPath,
      domains: input.domains,
      hide_deleted: input.hideDeleted,
      hide_system_accounts: input.hideSystemAccounts,
      hide_existing_accounts: input.hideExistingAccounts,
    }),
  ],
  // headers accountMap, accountList, accountIdList, accountAndIdList (D); the form of their entries is not published
  read: ({ parts }) => {
    const payload = parts.length === 1 ? parts[0]!.payload : undefined
    const paired = deepPick(payload, ['accountMap', 'accountAndIdList', 'accounts'], 2)
    const lists =
      paired === undefined
        ? [deepPick(payload, ['accountList'], 2), deepPick(payload, ['accountIdList'], 2)]
        : [paired]
    if (lists.every((list) => list === undefined)) return null
    const accounts = lists.flatMap((list) => (list === undefined ? [] : (accountsIn(list) ?? [null])))
    return accounts.includes(null) ? null : { accounts }
  },
})
