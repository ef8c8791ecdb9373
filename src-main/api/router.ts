import { appRouter } from './app.ts'
import { backupRouter } from './backup.ts'
import { tasksRouter } from './tasks.ts'

/** The contract, implemented. */
export const router = { app: appRouter, backup: backupRouter, tasks: tasksRouter }
