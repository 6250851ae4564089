import { open, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'

/** A command to a supervisor. */
export type ControlCommand =
  | { do: 'status' }
  /** Returns when the lab is up. */
  | { do: 'ready' }
  | { do: 'stop' }
  | { do: 'pods'; readySeconds: number }
  | { do: 'server'; name: string; action: ServerAction }

export type ServerAction = 'start' | 'stop' | 'suspend' | 'resume'

export type ServerStatus = { name: string; pid?: number; running: boolean }

type Reply = { ok: true; servers: ServerStatus[] } | { ok: false; error: string }

/** Listens for commands on a socket that only this user can open. One connection, one command, one reply. */
export async function listenForCommands(path: string, handle: (command: ControlCommand) => Promise<ServerStatus[]>): Promise<Server> {
  await rm(path, { force: true })
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket, handle).catch(() => socket.destroy()))
  const short = await shortPath(path)
  const umask = process.umask(0o077)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(short.path, resolve))
  process.umask(umask)
  await short.close()
  return server
}

async function serve(socket: Socket, handle: (command: ControlCommand) => Promise<ServerStatus[]>): Promise<void> {
  const command = JSON.parse(await text(socket)) as ControlCommand
  const reply: Reply = await handle(command).then(
    (servers) => ({ ok: true, servers }),
    (error: Error) => ({ ok: false, error: error.message }),
  )
  socket.end(JSON.stringify(reply))
}

/** Sends one command. Undefined if no supervisor is listening. */
export async function sendCommand(path: string, command: ControlCommand, seconds = 70): Promise<ServerStatus[] | undefined> {
  const socket = await dial(path)
  if (!socket) return undefined
  // A suspended supervisor accepts the connection and sends nothing.
  socket.setTimeout(seconds * 1000, () => socket.destroy(new Error('the supervisor does not respond')))
  socket.end(JSON.stringify(command))
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

// A socket's path is limited to 107 bytes, and a cache folder may be deeper: use the path of the open folder's descriptor.
async function shortPath(path: string): Promise<{ path: string; close(): Promise<void> }> {
  const folder = await open(dirname(path), 'r')
  return { path: `/proc/self/fd/${folder.fd}/${basename(path)}`, close: () => folder.close() }
}
