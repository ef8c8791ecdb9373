import { check } from './check.ts'
import { configurations } from './configurations.ts'
import { copy } from './copy.ts'
import { facts } from './facts.ts'
import { frame } from './frame.ts'
import { home } from './home.ts'
import { kinds } from './kinds.ts'
import { mail } from './mail.ts'
import { mount } from './mount.ts'
import { recoveryWork } from './recovery-work.ts'
import { recovery } from './recovery.ts'
import { servers } from './servers.ts'
import { tools } from './tools.ts'
import { work } from './work.ts'

export const en: Record<string, string> = {
  ...frame,
  ...home,
  ...mail,
  ...work,
  ...check,
  ...kinds,
  ...servers,
  ...facts,
  ...copy,
  ...mount,
  ...tools,
  ...recovery,
  ...recoveryWork,
  ...configurations,
}
