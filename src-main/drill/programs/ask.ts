/**
 * The program behind every stand-in: hands its arguments to the simulated server over a unix socket and prints what comes
 * back. Plain JavaScript without imports of its own, because it has to start fast. Frames: type (1 stdout, 2 stderr,
 * 3 exit code), length as 32 bits, bytes.
 */
export const ASK_PROGRAM = `'use strict'
const net = require('node:net')
const fs = require('node:fs')
const env = process.env
const args = process.argv.slice(2)
const program = args.shift()
// Without arguments carbonio reads commands from its standard input, one a line; zmmailbox does so with -f /dev/stdin.
const reads = program === 'zmmailbox' ? args.includes('-f') : program === 'carbonio' && args.length === 0
const input = reads ? fs.readFileSync(0, 'utf8') : ''
const socket = net.connect(env.LIFEBOAT_DRILL_SOCKET || '')
const give = (fd, bytes) => {
  for (let done = 0; done < bytes.length; ) {
    try { done += fs.writeSync(fd, bytes, done) } catch (error) {
      if (error.code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      else process.exit(141)
    }
  }
}
let held = Buffer.alloc(0)
let over = false
socket.on('data', (chunk) => {
  held = Buffer.concat([held, chunk])
  while (held.length >= 5) {
    const size = held.readUInt32BE(1)
    if (held.length < 5 + size) return
    const bytes = held.subarray(5, 5 + size)
    if (held[0] === 3) { over = true; process.exitCode = bytes[0]; socket.end() }
    else give(held[0], bytes)
    held = held.subarray(5 + size)
  }
})
socket.on('error', () => {
  process.stderr.write(program + ': the simulated server is not running: connection refused\\n')
  process.exit(1)
})
socket.on('close', () => {
  if (!over) { process.stderr.write(program + ': the simulated server went away\\n'); process.exit(1) }
})
socket.write(JSON.stringify({ program, args, input, user: env.LIFEBOAT_DRILL_USER, cwd: process.cwd() }) + '\\n')
`
