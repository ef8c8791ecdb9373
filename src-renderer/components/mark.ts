/** What a shape and colour stand for, everywhere; the word beside it says the rest. */
export type Mark =
  | 'ok'
  | 'attention'
  | 'failed'
  | 'running'
  | 'paused'
  | 'deleted'
  | 'damaged'
  | 'off'
  | 'todo'
  | 'waiting'
  | 'skipped'
  | 'unknown'
