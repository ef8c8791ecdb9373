import { copyTests } from './support/mode-tests.ts'

copyTests(['local', 'pull'])
