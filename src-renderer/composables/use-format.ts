import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { makeNumberFormat } from '../format/size.ts'
import { durationParts, makeTimeFormat } from '../format/time.ts'
import { useApp } from '../stores/app.ts'

/** Times, figures and durations in the person's form; the results follow the settings when used in a template. */
export function useFormat() {
  const app = useApp()
  const { t } = useI18n()
  const time = computed(() => makeTimeFormat(app.locale, app.zone))
  const number = computed(() => makeNumberFormat(app.locale))

  const count = (n: number): string => number.value.count(n)

  /** `1 hour 7 minutes`, rounded to what matters. */
  function duration(seconds: number): string {
    return durationParts(seconds)
      .map(({ unit, count: n }) => t(`duration.${unit}`, { n: count(n) }, n))
      .join(' ')
  }

  /** A counted noun: `counted('unit.messages', 1204)` → `1,204 messages`. */
  function counted(key: string, n: number): string {
    return t(key, { n: count(n) }, n)
  }

  return {
    time,
    number,
    count,
    bytes: (n: number): string => number.value.bytes(n),
    percent: (done: number, total: number | null): string => number.value.percent(done, total),
    rate: (n: number): string => number.value.rate(n),
    duration,
    counted,
  }
}
