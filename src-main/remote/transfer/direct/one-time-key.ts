import { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import type { GetStreamCallback, IdentityCallback, ParsedKey, SignCallback } from 'ssh2'
import { newKeyPair } from '../../key-pair.ts'

/** Numbers of the messages that an agent must know (draft-ietf-sshm-ssh-agent). */
const FAILURE = 5
const REQUEST_IDENTITIES = 11
const IDENTITIES = 12
const REQUEST_SIGNATURE = 13
const SIGNATURE = 14
/** No honest request is longer. */
const MAX_MESSAGE = 256 * 1024

/**
 * A key pair for one copy. Its private half is made here, stays in the memory of this process and dies with it: a server
 * only gets signatures, through the agent of the SSH connection that is open to it.
 */
export class OneTimeKey extends ssh2.BaseAgent<ParsedKey> {
  /** `ssh-ed25519 AAAA…`, as authorized_keys takes it. */
  readonly publicLine: string
  readonly #key: ParsedKey
  #ended = false

  constructor() {
    super()
    const pair = newKeyPair()
    const key = ssh2.utils.parseKey(pair.private)
    if (key instanceof Error) throw key
    this.#key = key
    this.publicLine = pair.public.trim().split(' ').slice(0, 2).join(' ')
  }

  /** No signature is given any more. */
  end(): void {
    this.#ended = true
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(null, this.#ended ? [] : [this.#key])
  }

  /** The key is not for logins of this computer. */
  sign(_key: ParsedKey, _data: Buffer, options: unknown, done?: SignCallback): void {
    const answer = typeof options === 'function' ? (options as SignCallback) : done
    answer?.(new Error('This key is for the other server.'))
  }

  /** Answers the server's ssh(1), which asks through the connection. */
  override getStream(done: GetStreamCallback): void {
    done(null, new AgentStream((message) => this.#answer(message)))
  }

  #answer(message: Buffer): Buffer {
    const failure = Buffer.from([FAILURE])
    if (this.#ended) return failure
    const blob = this.#key.getPublicSSH()
    if (message[0] === REQUEST_IDENTITIES) {
      const head = Buffer.from([IDENTITIES, 0, 0, 0, 1])
      return Buffer.concat([head, text(blob), text(Buffer.from('lifeboat'))])
    }
    if (message[0] !== REQUEST_SIGNATURE) return failure
    const asked = textAt(message, 1)
    const data = asked === null ? null : textAt(message, 5 + asked.length)
    if (asked === null || data === null || !asked.equals(blob)) return failure
    const signature: unknown = this.#key.sign(data)
    if (!Buffer.isBuffer(signature)) return failure
    const signed = Buffer.concat([text(Buffer.from(this.#key.type)), text(signature)])
    return Buffer.concat([Buffer.from([SIGNATURE]), text(signed)])
  }
}

/** Messages with their length before them; an answer for each, also for those that are not known (newer clients ask more). */
class AgentStream extends Duplex {
  readonly #answer: (message: Buffer) => Buffer
  #held = Buffer.alloc(0)

  constructor(answer: (message: Buffer) => Buffer) {
    super()
    this.#answer = answer
  }

  override _read(): void {
    // Answers are pushed when there are any.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#held = Buffer.concat([this.#held, chunk])
    for (;;) {
      if (this.#held.length < 4) return done()
      const length = this.#held.readUInt32BE(0)
      if (length === 0 || length > MAX_MESSAGE) {
        this.push(null)
        return done()
      }
      if (this.#held.length < 4 + length) return done()
      this.push(text(this.#answer(this.#held.subarray(4, 4 + length))))
      this.#held = this.#held.subarray(4 + length)
    }
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }
}

function text(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function textAt(message: Buffer, at: number): Buffer | null {
  if (message.length < at + 4) return null
  const end = at + 4 + message.readUInt32BE(at)
  return end > message.length ? null : message.subarray(at + 4, end)
}
