import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { layout } from './layout.ts'
import type { Ports } from './ports.ts'
import { writePrivate } from './privateFile.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'

export type Login = { username: string; password: string }

/** The description of a lab, written once before anything starts: `env` and the clients need nothing else. */
export type Description = {
  name: string
  dir: string
  /** The process that owns the servers, with its start time: a pid alone may have been reused. */
  supervisor: { pid: number; startTime: string }
  /** The lab ends with this process, if there is one. */
  owner?: { pid: number; startTime: string }
  ports: Ports
  minio: Login
  registry: Login
  /** The requested registries, each with its own login. */
  extraRegistries: { [name in ExtraRegistry]?: Login }
  /** The kubeconfig's context. */
  context: string
}

/** A random login: every lab and registry has its own, so that tests notice the use of a wrong one. */
export const newLogin = (username: string): Login => ({ username, password: randomBytes(15).toString('base64url') })

export async function writeDescription(description: Description): Promise<void> {
  await writePrivate(layout(description.dir).description, JSON.stringify(description, undefined, 2))
}

/** Undefined if there is no such lab, running or left over. */
export async function readDescription(dir: string): Promise<Description | undefined> {
  const text = await readFile(layout(dir).description, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Description)
}
