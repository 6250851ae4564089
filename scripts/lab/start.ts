import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readDescription } from './description.ts'
import { parseSize } from './inputs/size.ts'
import { hasBinaries } from './installed.ts'
import { findLab, type Lab } from './lab.ts'
import { withLock } from './lock.ts'
import { labDir, runDir } from './paths.ts'
import { identify, isAlive } from './processIdentity.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'
import type { Assignment, Report } from './supervise.ts'

export type StartOptions = {
  /** Made up when absent. */
  name?: string
  /** The lab ends when this process ends; default: the process that calls. `null`: it runs until somebody stops it. */
  ownerPid?: number | null
  /** Bytes of layers in each image, or a text such as `1MiB`. */
  imageSize?: number | string
  /** Registries besides the usual one: `plain` (http, basic authentication), `token` (https, a token server). Default: none. */
  registries?: ExtraRegistry[]
}

/** Starts a lab of its own and waits until it is ready. */
export async function startLab(options: StartOptions = {}): Promise<Lab> {
  const { name = randomName(), ownerPid = process.pid, imageSize = '1MiB', registries = [] } = options
  if (!hasBinaries()) throw new Error('the lab is not installed on this machine; run: npm run lab -- install')
  const dir = labDir(name)
  const owner = ownerPid === null ? undefined : identify(ownerPid)
  if (ownerPid !== null && !owner) throw new Error(`the owner ${ownerPid} does not run`)
  const imageBytes = typeof imageSize === 'number' ? imageSize : parseSize(imageSize)
  const assignment = { name, dir, imageBytes, registries, ...(owner && { owner }) }
  await mkdir(runDir(), { recursive: true, mode: 0o700 })
  const supervisor = await withLock(join(runDir(), 'lock'), () => launch(assignment))
  await nextReport(supervisor, 'ready', dir)
  supervisor.disconnect()
  supervisor.unref()
  return (await findLab(name)) as Lab
}

// Under the lock: nobody else takes the name, the folder or the ports before the supervisor has written down that it has them.
async function launch(assignment: Assignment): Promise<ChildProcess> {
  await removeLeftovers(assignment.name)
  await mkdir(assignment.dir, { mode: 0o700 })
  const log = openSync(join(assignment.dir, 'supervisor.log'), 'a', 0o600)
  const program = fileURLToPath(new URL('supervise.ts', import.meta.url))
  const supervisor = spawn(process.execPath, [program, JSON.stringify(assignment)], { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  await nextReport(supervisor, 'described', assignment.dir)
  return supervisor
}

// Labs that died with their owner or before they were anything, and a dead one of the same name.
async function removeLeftovers(name: string): Promise<void> {
  for (const entry of await readdir(runDir(), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const it = await readDescription(join(runDir(), entry.name))
    const runs = it !== undefined && isAlive(it.supervisor)
    if (entry.name === name && runs) throw new Error(`lab ${name} runs already`)
    const isLeftover = it === undefined || it.owner !== undefined || entry.name === name
    if (!runs && isLeftover) await rm(join(runDir(), entry.name), { recursive: true, force: true })
  }
}

function nextReport(supervisor: ChildProcess, wanted: Report['is'], dir: string): Promise<void> {
  let why = `the lab's supervisor ended early; see ${join(dir, 'supervisor.log')}`
  return new Promise((resolve, reject) => {
    supervisor.on('message', (report: Report) => {
      if (report.is === wanted) resolve()
      if (report.is === 'failed') why = `${report.error}\nthe lab's folder is kept: ${dir}`
    })
    // Both: its last word may be read after the news of its end, and whoever is told of a failure may rely on its end.
    Promise.all([once(supervisor, 'exit'), once(supervisor, 'disconnect')]).then(() => reject(new Error(why)), reject)
  })
}

const randomName = (): string => `t-${randomBytes(5).toString('hex')}`
