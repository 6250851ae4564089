import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readDescription } from './description.ts'
import { hasBinaries } from './installed.ts'
import { findLab, type Lab } from './lab.ts'
import { withLock } from './lock.ts'
import { labDir, runDir } from './paths.ts'
import { identify, isAlive } from './processIdentity.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'
import type { LabSettings, SupervisorReport } from './supervise.ts'

export type StartOptions = {
  /** Default: a random name. */
  name?: string
  /** The lab ends with this process; default: the calling process. `null`: it runs until it is stopped. */
  ownerPid?: number | null
  /** The size of the layers of each image, in bytes or as `1MiB`. */
  imageSize?: number | string
  /** Additional registries: `plain` (http, basic authentication), `token` (https, a token server). Default: none. */
  registries?: ExtraRegistry[]
}

/** Starts a lab and waits until it is ready. */
export async function startLab(options: StartOptions = {}): Promise<Lab> {
  const { name = randomName(), ownerPid = process.pid, imageSize = '1MiB', registries = [] } = options
  if (!hasBinaries()) throw new Error('the lab is not installed on this machine; run: npm run lab -- install')
  const dir = labDir(name)
  const owner = ownerPid === null ? undefined : identify(ownerPid)
  if (ownerPid !== null && !owner) throw new Error(`the owner process ${ownerPid} is not running`)
  const imageBytes = typeof imageSize === 'number' ? imageSize : parseSize(imageSize)
  const settings = { name, dir, imageBytes, registries, ...(owner && { owner }) }
  await mkdir(runDir(), { recursive: true, mode: 0o700 })
  const supervisor = await withLock(join(runDir(), 'lock'), () => launch(settings))
  await nextReport(supervisor, 'ready', dir)
  supervisor.disconnect()
  supervisor.unref()
  return (await findLab(name)) as Lab
}

// Under the lock: no other process takes the name, the folder or the ports before the supervisor has recorded them.
async function launch(settings: LabSettings): Promise<ChildProcess> {
  await removeLeftovers(settings.name)
  await mkdir(settings.dir, { mode: 0o700 })
  const log = openSync(join(settings.dir, 'supervisor.log'), 'a', 0o600)
  const program = fileURLToPath(new URL('supervise.ts', import.meta.url))
  const supervisor = spawn(process.execPath, [program, JSON.stringify(settings)], { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  await nextReport(supervisor, 'described', settings.dir)
  return supervisor
}

// Removes labs that died with their owner or before they were described, and a dead one with the same name.
async function removeLeftovers(name: string): Promise<void> {
  for (const entry of await readdir(runDir(), { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const description = await readDescription(join(runDir(), entry.name))
    const runs = description !== undefined && isAlive(description.supervisor)
    if (entry.name === name && runs) throw new Error(`lab ${name} is already running`)
    const isLeftover = description === undefined || description.owner !== undefined || entry.name === name
    if (!runs && isLeftover) await rm(join(runDir(), entry.name), { recursive: true, force: true })
  }
}

function nextReport(supervisor: ChildProcess, expected: SupervisorReport['is'], dir: string): Promise<void> {
  let cause = `the lab's supervisor exited early; see ${join(dir, 'supervisor.log')}`
  return new Promise((resolve, reject) => {
    supervisor.on('message', (report: SupervisorReport) => {
      if (report.is === expected) resolve()
      if (report.is === 'failed') cause = `${report.error}\nthe lab's folder is kept: ${dir}`
    })
    // Both: its last message may arrive after the exit event, and a caller that gets a failure can rely on its exit.
    Promise.all([once(supervisor, 'exit'), once(supervisor, 'disconnect')]).then(() => reject(new Error(cause)), reject)
  })
}

const randomName = (): string => `t-${randomBytes(5).toString('hex')}`

const UNITS: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** Parses a size: `1MiB`, `200KiB`, `2GiB`. */
function parseSize(text: string): number {
  const [, number, unit = 'B'] = /^(\d+)\s*(B|KiB|MiB|GiB)?$/.exec(text) ?? []
  if (number !== undefined) return Number(number) * (UNITS[unit] ?? 1)
  throw new Error(`expected a size such as 1MiB or 200KiB, got ${JSON.stringify(text)}`)
}
