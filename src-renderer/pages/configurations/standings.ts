import type { SettingRow } from '../../../src-main/contract/settings-compare.ts'
import type { Mark } from '../../components/mark.ts'

export type Standing = SettingRow['standing']
/** What differs comes first. */
export const STANDINGS = ['changed', 'only-old', 'only-new', 'equal'] as const satisfies readonly Standing[]
export const STANDING_MARKS: Readonly<Record<Standing, Mark>> = {
  changed: 'attention',
  'only-old': 'waiting',
  'only-new': 'off',
  equal: 'ok',
}
