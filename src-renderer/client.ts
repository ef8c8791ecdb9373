/**
 * The page's side of the contract: a MessagePort in the desktop window, a WebSocket in a browser. No caller knows
 * which. Lost WebSockets are opened again with back-off; calls made meanwhile wait, streams are asked for again.
 */
import { createORPCClient, type ClientLink, type ClientContext } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { readonly, ref } from 'vue'
import type { ContractClient } from '../src-main/contract/index.ts'
import { backOffMs, subscribeWith, type ConnectionState } from './connection.ts'

/** What preload.ts puts into the desktop window. */
interface DesktopBridge {
  connect(): void
  /** Absolute path of a file or folder dropped on the window. */
  pathOf(file: File): string
}
declare global {
  interface Window {
    lifeboat?: DesktopBridge
  }
}

type Link = ClientLink<ClientContext>

const bridge = window.lifeboat
/** How long a call waits for a connection before it fails, ms. */
const PATIENCE_MS = 20_000

const state = ref<ConnectionState>({ state: 'connecting', attempt: 0, retryAt: null })
/**
 * `open`; `connecting` at the start; `lost`: the engine does not answer, the next try is at `retryAt` (ms UTC);
 * `ended`: it runs no more or anew with another token, this page must be opened again from the printed address.
 */
export const connection = readonly(state)
/** True in the Electron window. */
export const isDesktop = bridge !== undefined

let link: Link | null = null
const waiting = new Set<() => void>()

function setLink(next: Link): void {
  link = next
  state.value = { state: 'open', attempt: 0, retryAt: null }
  for (const wake of waiting) wake()
}

/** Waits until there is a link; rejects when the call is given up, patience ends or the engine has ended. */
async function currentLink(signal: AbortSignal | undefined): Promise<Link> {
  const until = Date.now() + PATIENCE_MS
  while (link === null) {
    signal?.throwIfAborted()
    const left = until - Date.now()
    if (state.value.state === 'ended' || left <= 0) throw new Error('The engine does not answer.')
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(done)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, left)
      waiting.add(done)
      signal?.addEventListener('abort', done)
    })
  }
  return link
}

const dynamicLink: Link = {
  async call(path, input, options) {
    return (await currentLink(options.signal)).call(path, input, options)
  },
}

/** The typed client of the engine: `client.mail.list({…}, { signal })`. Errors are ORPCError with `code`, `message`, `data`. */
export const client: ContractClient = createORPCClient<ContractClient>(dynamicLink)

/**
 * Follows a stream of the contract until `signal` aborts and asks for it again whenever the connection came back:
 * `subscribe((signal) => client.tasks.watch(undefined, { signal }), (tasks) => …, { signal })`.
 * `onError` hears errors the engine gave (the stream then ends); lost connections are not errors.
 */
export function subscribe<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onEvent: (event: T) => void,
  options: { signal: AbortSignal; onError?: (error: unknown) => void },
): void {
  void subscribeWith({ ...options, open, onEvent, ready: currentLink })
}

/** Calls back with every path the host asks to open (command line, second start, dropped on icon or window), also the first. */
export function onOpenRequest(callback: (path: string) => void): void {
  const look = (): void => {
    const match = /^#\/open\?(.*)$/.exec(window.location.hash)
    const path = match ? new URLSearchParams(match[1]).get('path') : null
    if (!path) return
    // so that the same path can be asked for again and a reload does not ask twice
    window.history.replaceState(window.history.state, '', '#/')
    callback(path)
  }
  window.addEventListener('hashchange', look)
  look()
  if (!isDesktop) return
  // a folder dropped anywhere in the window; a page that shows where to drop handles it itself
  window.addEventListener('dragover', (event) => event.preventDefault())
  window.addEventListener('drop', (event) => {
    const file = event.dataTransfer?.files[0]
    const path = file ? pathOfDropped(file) : null
    setTimeout(() => {
      if (path && !event.defaultPrevented) callback(path)
    })
  })
}

/** Absolute path of a dropped folder; null in a browser, which does not tell it. */
export function pathOfDropped(file: File): string | null {
  return bridge?.pathOf(file) || null
}

/** Tries at once instead of waiting for the next attempt (the banner's button). */
export function retryNow(): void {
  retry?.()
}
let retry: (() => void) | null = null

function connectPort(desktop: DesktopBridge): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0]
    if (event.source !== window || event.data !== 'lifeboat-port' || !port) return
    port.addEventListener('close', () => {
      link = null
      state.value = { state: 'lost', attempt: 1, retryAt: null }
    })
    setLink(new PortLink({ port }))
    port.start()
  })
  retry = () => desktop.connect()
  desktop.connect()
}

function connectSocket(attempt: number): void {
  const url = new URL('/rpc', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, 'lifeboat')
  socket.addEventListener('open', () => {
    attempt = 0
    setLink(new SocketLink({ websocket: socket }))
  })
  socket.addEventListener('close', () => {
    link = null
    void scheduleRetry(attempt + 1)
  })
}

/** After a lost socket: asks whether our cookie still holds, then waits and tries again. */
async function scheduleRetry(attempt: number): Promise<void> {
  const delay = backOffMs(attempt)
  state.value = { state: 'lost', attempt, retryAt: Date.now() + delay }
  const answer = await fetch('/session', { cache: 'no-store' }).catch(() => null)
  if (answer?.status === 401) {
    state.value = { state: 'ended', attempt, retryAt: null }
    for (const wake of waiting) wake()
    return
  }
  const again = (): void => {
    clearTimeout(timer)
    retry = null
    connectSocket(attempt)
  }
  const timer = setTimeout(again, delay)
  retry = again
}

/** Opens the way to the engine; calls made before wait for it. The desktop host starts its engine only when it is asked. */
export function connect(): void {
  if (bridge) connectPort(bridge)
  else connectSocket(0)
}
