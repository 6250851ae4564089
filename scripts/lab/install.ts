import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSteps, type Step } from './build.ts'
import { installPackages, isOnPath, missingPackages } from './debian.ts'
import { hasBinaries } from './installed.ts'
import { withLock } from './lock.ts'
import { cacheDir, installDir } from './paths.ts'
import { versionKey } from './versions.ts'

export type Say = (line: string) => void

/** True if `install` has nothing to do. */
export async function isInstalled(): Promise<boolean> {
  return hasBinaries() && (await missingPackages()).length === 0
}

/** Builds and fetches what is missing. Can be repeated, run concurrently, and run again after an interruption. */
export async function install(say: Say): Promise<void> {
  if (await isInstalled()) return say(`everything is installed: ${installDir()}`)
  await mkdir(cacheDir(), { recursive: true })
  const lock = join(cacheDir(), `${versionKey()}.lock`)
  await withLock(
    lock,
    () => installMissing(say),
    () => say('another install is running, waiting for it'),
  )
}

async function installMissing(say: Say): Promise<void> {
  await installPackages(await missingPackages(), say)
  if (!(await isOnPath('go'))) throw new Error('building the lab needs Go 1.26 or newer on PATH')
  const work = join(cacheDir(), `build-${versionKey()}`)
  for (const step of buildSteps(work)) if (isMissing(step)) await timed(step, say)
  // The Go caches grow to 15 GB; the binaries are 0.6 GB.
  await rm(work, { recursive: true, force: true })
  say(`done: ${installDir()}`)
}

async function timed(step: Step, say: Say): Promise<void> {
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  say(`${step.name}: ${step.activity}`)
  // A build prints nothing for minutes: without progress, users would interrupt it.
  const tick = setInterval(() => say(`${step.name}: still ${step.activity}, ${seconds()} s`), 30_000)
  try {
    await step.run()
  } finally {
    clearInterval(tick)
  }
  say(`${step.name}: done in ${seconds()} s`)
}

const isMissing = (step: Step): boolean => step.outputs.some((path) => !existsSync(path))
