import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../test/acceptance/support/run.ts'
import type { Lab } from '../../lab/index.ts'
import { layout } from '../../lab/layout.ts'
import { childrenSeconds, type Figure } from '../measure.ts'
import { FORGOTTEN, type Pusher } from './pushers.ts'

const EVERY_MS = 5

/** One push: seconds on the clock, seconds of computing and MiB at the peak by the kernel's count, and what it wrote. */
export async function measured(pusher: Pusher, archive: string, host: string): Promise<Figure & { stdout: string }> {
  const { command, env } = pusher.command(archive, host)
  let memory = 0
  let watch: NodeJS.Timeout | undefined
  const before = childrenSeconds()
  const ran = await run(command, {
    env,
    timeoutSeconds: 600,
    onStart: ({ pid }) => {
      // The kernel keeps the highest mark itself: only what grows in the last moments is missed.
      watch = setInterval(() => {
        memory = Math.max(memory, highMark(pid))
      }, EVERY_MS)
    },
  })
  clearInterval(watch)
  if (ran.code !== 0) throw new Error(`${pusher.name} ended with ${ran.code ?? ran.signal}:\n${ran.stderr}${ran.stdout}`)
  return { wall: ran.seconds, cpu: childrenSeconds() - before, memory, stdout: ran.stdout }
}

function highMark(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The registry as if nobody had ever pushed to it, and pushers that remember nothing. */
export async function empty(lab: Lab, work: string): Promise<void> {
  const registry = join(layout(lab.dir).data('registry'), 'docker')
  for (const path of [registry, join(work, '.local'), join(work, '.cache'), join(work, FORGOTTEN)])
    await rm(path, { recursive: true, force: true })
}
