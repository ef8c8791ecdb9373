import { connect, createServer, type Server, type Socket } from 'node:net'

/** A network between a client and a server of this machine: as fast as told, counted, and it can be cut. */
export class PacedWire {
  /** Bytes from the server to the client. */
  down = 0
  port = 0
  readonly #sockets = new Set<Socket>()
  readonly #to: number
  readonly #rate: number
  #server: Server | null = null
  #throughAt = 0

  /** @param rate bytes a second */
  constructor(to: number, rate: number) {
    this.#to = to
    this.#rate = rate
  }

  async start(): Promise<void> {
    const listening = createServer((client) => this.#join(client))
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
    const address = listening.address()
    this.port = typeof address === 'object' && address ? address.port : 0
    this.#server = listening
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  stop(): void {
    this.cut()
    this.#server?.close()
  }

  #join(client: Socket): void {
    const far = connect(this.#to, '127.0.0.1')
    for (const [one, other] of [
      [client, far],
      [far, client],
    ] as const) {
      this.#sockets.add(one)
      one.setNoDelay(true)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
    client.pipe(far)
    far.on('data', (piece: Buffer) => {
      this.down += piece.length
      const now = Date.now()
      this.#throughAt = Math.max(this.#throughAt, now - 20) + (piece.length / this.#rate) * 1000
      const flows = client.write(piece)
      const wait = this.#throughAt - now
      if (flows && wait < 5) return
      far.pause()
      const go = (): void => void far.resume()
      if (flows) setTimeout(go, wait)
      else client.once('drain', go)
    })
  }
}
