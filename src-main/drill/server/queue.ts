import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { accountRestore } from './account-restore.ts'
import { openBackup } from './backup-view.ts'
import { CommandError } from './call.ts'
import { externalRestore } from './external-restore.ts'
import { notifyEnded, notifyStarted } from './notifications.ts'
import { Pace } from './pace.ts'
import type { SimServer } from './server.ts'
import type { SimOperation } from './state.ts'

/** Operations that ended are remembered so long that a monitor finds them. */
const KEPT = 200

/** The first SmartScan makes a Backup Path of an empty folder. */
function initialise(path: string): void {
  if (!existsSync(path) || readdirSync(path).length > 0) return
  for (const part of ['accounts', 'items', 'server']) mkdirSync(join(path, part))
}

/** The one queue of a simulated server: first in, first out, one at a time; it survives a restart of the drill. */
export class OperationQueue {
  readonly #server: SimServer
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #pace: Pace
  #closed = false
  #running: Promise<void> | null = null

  constructor(server: SimServer) {
    this.#server = server
    // With the RealTime Scanner on, every restored item is backed up again at once.
    this.#pace = new Pace(() => {
      if (!server.scannerOn) return server.speed
      return server.speed > 0 ? server.speed / 2 : 2000
    })
  }

  /** What is queued or runs, in order. */
  get open(): SimOperation[] {
    return this.#server.state.operations.filter(({ state }) =>
      ['Queued', 'Started', 'Stopping'].includes(state),
    )
  }

  add(operation: SimOperation): SimOperation {
    const { operations } = this.#server.state
    operations.push(operation)
    if (operations.length > KEPT) operations.splice(0, operations.length - KEPT)
    this.#server.save()
    this.start()
    return operation
  }

  find(id: string): SimOperation {
    const found = this.#server.state.operations.find((one) => one.id === id)
    if (!found) throw new CommandError(`No such operation: ${id}`)
    return found
  }

  /** Takes it out of the queue, or asks it to end. */
  stop(operation: SimOperation): void {
    if (operation.state === 'Queued') this.#end(operation, 'Removed')
    else if (operation.state === 'Started') operation.state = 'Stopping'
    this.#server.save()
  }

  /** Settles when the operation has ended. */
  ended(operation: SimOperation): Promise<void> {
    if (!this.open.includes(operation)) return Promise.resolve()
    return new Promise((done) => {
      this.#waiting.set(operation.id, [...(this.#waiting.get(operation.id) ?? []), done])
    })
  }

  /** Goes on with what was interrupted, then with what waits. */
  start(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = null
    })
  }

  /** Stops working; what runs stays as it is and goes on after the next start. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    this.#server.save()
  }

  async #work(): Promise<void> {
    // What asked for it gets its answer first.
    await sleep(1)
    for (;;) {
      const next = this.open.find(({ state }) => state !== 'Queued') ?? this.open[0]
      if (!next || this.#closed) return
      await this.#run(next)
    }
  }

  async #run(operation: SimOperation): Promise<void> {
    const server = this.#server
    if (operation.state === 'Queued') {
      operation.state = 'Started'
      operation.startTime = Date.now()
      server.save()
    }
    const goOn = (): boolean => !this.#closed && operation.state !== 'Stopping'
    try {
      notifyStarted(server, operation)
      await this.#perform(operation, goOn)
      if (this.#closed && operation.state === 'Started') return
      this.#end(operation, operation.state === 'Stopping' ? 'Stopped' : 'Ended')
    } catch (error) {
      operation.message = (error as Error).message
      this.#end(operation, 'Failed')
    }
  }

  async #perform(operation: SimOperation, goOn: () => boolean): Promise<void> {
    const server = this.#server
    switch (operation.kind) {
      case 'restore':
        return externalRestore(server, operation, this.#pace, goOn)
      case 'account-restore':
      case 'items':
        return accountRestore(server, operation, this.#pace, goOn)
      case 'scan':
      case 'check': {
        const seconds = Number(operation.parameters['simulatedSeconds'] ?? 0)
        if (operation.kind === 'scan') initialise(server.backupPath)
        const view = openBackup(operation.parameters['path'] ?? server.backupPath)
        operation.total = Math.max(view.accounts.length, Math.ceil(seconds * 10))
        for (operation.done = 0; operation.done < operation.total && goOn(); operation.done++)
          await sleep(seconds > 0 ? 100 : 1)
        if (operation.kind === 'scan' && goOn()) server.state.lastScan = Date.now()
      }
    }
  }

  #end(operation: SimOperation, state: SimOperation['state']): void {
    operation.state = state
    operation.endTime = Date.now()
    this.#server.save()
    if (state !== 'Removed') notifyEnded(this.#server, operation)
    for (const done of this.#waiting.get(operation.id) ?? []) done()
    this.#waiting.delete(operation.id)
  }
}
