import { appRouter } from './app.ts'
import { backupRouter } from './backup.ts'
import { copyRouter } from './copy.ts'
import { exportRouter } from './export.ts'
import { logRouter } from './log.ts'
import { os } from './implementer.ts'
import { recoveryRouter } from './recovery.ts'
import { configurationsRouter } from './settings-compare.ts'
import { serversRouter } from './servers.ts'
import { tasksRouter } from './tasks.ts'
import { unrestoredRouter } from './unrestored.ts'
import { verifyRouter } from './verify.ts'

const mailRouter = os.mail.router({
  accounts: os.mail.accounts.handler(({ context, input }) => context.engine.mail.accounts(input)),
  folders: os.mail.folders.handler(({ context, input }) => context.engine.mail.folders(input)),
  unclaimedOwners: os.mail.unclaimedOwners.handler(({ context, input }) =>
    context.engine.mail.unclaimedOwners(input),
  ),
  list: os.mail.list.handler(({ context, input }) => context.engine.mail.list(input)),
  months: os.mail.months.handler(({ context, input }) => context.engine.mail.months(input)),
  item: os.mail.item.handler(({ context, input }) => context.engine.mail.item(input)),
  raw: os.mail.raw.handler(({ context, input }) => context.engine.mail.raw(input)),
  preview: os.mail.preview.handler(({ context, input }) => context.engine.mail.preview(input)),
  source: os.mail.source.handler(({ context, input }) => context.engine.mail.source(input)),
  explainQuery: os.mail.explainQuery.handler(({ context, input }) => context.engine.mail.explainQuery(input)),
})

/** The contract, implemented. */
export const router = os.router({
  app: appRouter,
  backup: backupRouter,
  mail: mailRouter,
  tasks: tasksRouter,
  export: exportRouter,
  verify: verifyRouter,
  servers: serversRouter,
  copy: copyRouter,
  recovery: recoveryRouter,
  configurations: configurationsRouter,
  unrestored: unrestoredRouter,
  log: logRouter,
})
