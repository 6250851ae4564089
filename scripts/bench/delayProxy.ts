import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a server on this machine. */
export type DelayProxy = AsyncDisposable & {
  readonly port: number
  /** Adds latency to each round trip from now on, in milliseconds, including that of connecting. */
  delay(ms: number): void
}

/** Forwards everything to `port` on loopback, initially without delay. */
export async function delayProxy(port: number): Promise<DelayProxy> {
  let ms = 0
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    // The client is connected at once; the first data is delayed by the time that connecting would have taken.
    const connected = performance.now() + ms
    forward(near, far, () => Math.max(0, connected - performance.now()) + ms / 2)
    forward(far, near, () => ms / 2)
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
  const delay = (milliseconds: number) => {
    ms = milliseconds
  }
  return { port: (server.address() as AddressInfo).port, delay, [Symbol.asyncDispose]: close }
}

/** Timers with equal delays fire in the order in which they were started, so the chunks stay in order. */
function forward(from: Socket, to: Socket, wait: () => number): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), wait()))
  from.on('end', () => setTimeout(() => to.end(), wait()))
}
