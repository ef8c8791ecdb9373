import { copyTests } from './support/mode-tests.ts'

copyTests(['push', 'relay'])
