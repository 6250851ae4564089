import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** TCP in front of a server of this machine. */
export type SlowWire = AsyncDisposable & {
  readonly port: number
  /** From now on each round trip takes so much longer, in milliseconds; that of opening a connection too. */
  delay(ms: number): void
}

/** Passes everything on to `port` on loopback, at first without delay. */
export async function slowWire(port: number): Promise<SlowWire> {
  let ms = 0
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    // The client believes to be connected at once; what it sends waits as long as that would have taken.
    const connected = performance.now() + ms
    pass(near, far, () => Math.max(0, connected - performance.now()) + ms / 2)
    pass(far, near, () => ms / 2)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => open.delete(socket))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    for (const socket of open) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  const delay = (longer: number) => {
    ms = longer
  }
  return { port: (server.address() as AddressInfo).port, delay, [Symbol.asyncDispose]: close }
}

/** Timers of one length end in the order in which they began, and so do the pieces. */
function pass(from: Socket, to: Socket, wait: () => number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), wait()))
  from.on('end', () => setTimeout(() => to.end(), wait()))
}
