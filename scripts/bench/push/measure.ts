import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../test/acceptance/support/run.ts'
import type { Lab } from '../../lab/index.ts'
import { layout } from '../../lab/layout.ts'
import { childrenSeconds, type Measurement } from '../measure.ts'
import { COLD_CACHE, type Pusher } from './pushers.ts'

const POLL_MS = 5

/** One push: wall time, CPU time and peak memory as counted by the kernel, and its stdout. */
export async function measurePush(pusher: Pusher, archive: string, host: string): Promise<Measurement & { stdout: string }> {
  const { command, env } = pusher.command(archive, host)
  let memory = 0
  let watch: NodeJS.Timeout | undefined
  const before = childrenSeconds()
  const ran = await run(command, {
    env,
    timeoutSeconds: 600,
    onStart: ({ pid }) => {
      // The kernel keeps the high-water mark itself: only growth in the last milliseconds is missed.
      watch = setInterval(() => {
        memory = Math.max(memory, peakMemory(pid))
      }, POLL_MS)
    },
  })
  clearInterval(watch)
  if (ran.code !== 0) throw new Error(`${pusher.name} ended with ${ran.code ?? ran.signal}:\n${ran.stderr}${ran.stdout}`)
  return { wall: ran.seconds, cpu: childrenSeconds() - before, memory, stdout: ran.stdout }
}

function peakMemory(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Empties the registry and the caches of the pushers. */
export async function emptyRegistry(lab: Lab, work: string): Promise<void> {
  const registry = join(layout(lab.dir).data('registry'), 'docker')
  for (const path of [registry, join(work, '.local'), join(work, '.cache'), join(work, COLD_CACHE)])
    await rm(path, { recursive: true, force: true })
}
