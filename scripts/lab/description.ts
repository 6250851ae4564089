import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { layout } from './layout.ts'
import type { Ports } from './ports.ts'
import { writePrivate } from './privateFile.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'

export type Login = { username: string; password: string }

/** What a lab is, written down once before anything starts: `env` and the clients need nothing else. */
export type Description = {
  name: string
  dir: string
  /** The process that owns the servers, with its start time: a pid alone may be another process by now. */
  supervisor: { pid: number; startTime: string }
  /** The lab ends with this process, if there is one. */
  owner?: { pid: number; startTime: string }
  ports: Ports
  minio: Login
  registry: Login
  /** Those that were asked for, each with a login that no other registry knows. */
  extraRegistries: { [name in ExtraRegistry]?: Login }
  /** The kubeconfig's context. */
  context: string
}

/** A login that no other lab has: the wrong password of one is the right one of another, as tests like it. */
export const newLogin = (username: string): Login => ({ username, password: randomBytes(15).toString('base64url') })

export async function writeDescription(it: Description): Promise<void> {
  await writePrivate(layout(it.dir).description, JSON.stringify(it, undefined, 2))
}

/** Undefined when there is no such lab, running or left behind. */
export async function readDescription(dir: string): Promise<Description | undefined> {
  const text = await readFile(layout(dir).description, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Description)
}
