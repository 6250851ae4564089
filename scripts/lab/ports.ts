import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { runDir } from './paths.ts'

const names = ['etcd', 'etcdPeer', 'apiserver', 'minio', 'registry', 'plainRegistry', 'tokenRegistry', 'tokenServer'] as const

export type Ports = Record<(typeof names)[number], number>

// Below the kernel's range for outgoing connections: none of those can take a port between its choice and the server's start.
const [MIN_PORT, MAX_PORT] = [20_000, 32_000]

/** Free loopback ports that no other lab of this machine has chosen. Call it under the lock of all labs. */
export async function choosePorts(): Promise<Ports> {
  const taken = new Set(await portsOfOtherLabs())
  const ports: Partial<Ports> = {}
  for (const name of names) {
    const port = await freePort(taken)
    taken.add(port)
    ports[name] = port
  }
  return ports as Ports
}

async function freePort(taken: Set<number>): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const port = MIN_PORT + Math.floor(Math.random() * (MAX_PORT - MIN_PORT))
    if (!taken.has(port) && (await canListen(port))) return port
  }
  throw new Error(`no free port found between ${MIN_PORT} and ${MAX_PORT}`)
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

// A lab that is starting does not listen yet: the ports in its description count.
async function portsOfOtherLabs(): Promise<number[]> {
  const names = await readdir(runDir()).catch(() => [])
  const files = await Promise.all(names.map((name) => readFile(join(runDir(), name, 'lab.json'), 'utf8').catch(() => '{"ports":{}}')))
  return files.flatMap((text) => Object.values((JSON.parse(text) as { ports: Record<string, number> }).ports))
}
