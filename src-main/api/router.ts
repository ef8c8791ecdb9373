import { appRouter } from './app.ts'

/** The contract, implemented. */
export const router = { app: appRouter }
