import { open, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'

/** What can be asked of a supervisor. */
export type Order =
  | { do: 'status' }
  /** Answered when the lab has come up. */
  | { do: 'ready' }
  | { do: 'stop' }
  | { do: 'pods'; readySeconds: number }
  | { do: 'server'; name: string; action: ServerAction }

export type ServerAction = 'start' | 'stop' | 'suspend' | 'resume'

export type ServerStatus = { name: string; pid?: number; running: boolean }

type Reply = { ok: true; servers: ServerStatus[] } | { ok: false; error: string }

/** Listens for orders on a socket that only we may open. One connection, one order, one reply. */
export async function listenForOrders(path: string, obey: (order: Order) => Promise<ServerStatus[]>): Promise<Server> {
  await rm(path, { force: true })
  const server = createServer({ allowHalfOpen: true }, (socket) => answer(socket, obey).catch(() => socket.destroy()))
  const short = await shortPath(path)
  const umask = process.umask(0o077)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(short.path, resolve))
  process.umask(umask)
  await short.close()
  return server
}

async function answer(socket: Socket, obey: (order: Order) => Promise<ServerStatus[]>): Promise<void> {
  const order = JSON.parse(await text(socket)) as Order
  const reply: Reply = await obey(order).then(
    (servers) => ({ ok: true, servers }),
    (error: Error) => ({ ok: false, error: error.message }),
  )
  socket.end(JSON.stringify(reply))
}

/** Gives one order. Undefined when no supervisor is there to take it. */
export async function giveOrder(path: string, order: Order, seconds = 70): Promise<ServerStatus[] | undefined> {
  const socket = await dial(path)
  if (!socket) return undefined
  // A supervisor that is stopped takes the connection and says nothing.
  socket.setTimeout(seconds * 1000, () => socket.destroy(new Error('the supervisor does not answer')))
  socket.end(JSON.stringify(order))
  const reply = JSON.parse(await text(socket)) as Reply
  if (!reply.ok) throw new Error(reply.error)
  return reply.servers
}

async function dial(path: string): Promise<Socket | undefined> {
  const short = await shortPath(path).catch(() => undefined)
  if (!short) return undefined
  try {
    return await new Promise((resolve) => {
      const socket = connect({ path: short.path, allowHalfOpen: true })
      socket.once('connect', () => resolve(socket)).once('error', () => resolve(undefined))
    })
  } finally {
    await short.close()
  }
}

// The kernel takes 107 bytes for a socket's path, and a cache folder may well be deeper: reach it through the open folder.
async function shortPath(path: string): Promise<{ path: string; close(): Promise<void> }> {
  const folder = await open(dirname(path), 'r')
  return { path: `/proc/self/fd/${folder.fd}/${basename(path)}`, close: () => folder.close() }
}
