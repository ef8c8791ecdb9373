import { saidCarbonio } from './said-carbonio.ts'
import { saidCases } from './said-cases.ts'
import { saidCopy } from './said-copy.ts'
import { saidProblems } from './said-problems.ts'
import { saidProcedures } from './said-procedures.ts'
import { saidRemote } from './said-remote.ts'
import { saidRestore } from './said-restore.ts'
import { saidSearch } from './said-search.ts'
import { saidServers } from './said-servers.ts'
import { said } from './said.ts'

/** Tutte le frasi del motore, per la frase inglese. */
export const saidAll: Record<string, string> = {
  ...saidSearch,
  ...saidCases,
  ...saidProcedures,
  ...saidProblems,
  ...saidServers,
  ...saidCopy,
  ...saidCarbonio,
  ...saidRemote,
  ...saidRestore,
  ...said,
}
