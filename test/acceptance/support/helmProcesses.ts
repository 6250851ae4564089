import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { LabInstallation } from './installation.ts'
import { until } from './poll.ts'

/** The ids of the helm processes of this installation, by their program and environment in /proc. */
export async function helmProcesses(installation: LabInstallation): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const isOurs = await Promise.all(pids.map((pid) => isHelmOf(installation, pid).catch(() => false)))
  return pids.filter((_, i) => isOurs[i])
}

async function isHelmOf(installation: LabInstallation, pid: number): Promise<boolean> {
  const program = basename(await readlink(`/proc/${pid}/exe`))
  return program === 'helm' && (await readFile(`/proc/${pid}/environ`, 'utf8')).includes(installation.lab.dir)
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Waits until helm has created all pods of the release and waits for them itself. */
export async function untilHelmWaits(installation: LabInstallation): Promise<void> {
  await until('helm created nine pods', async () => {
    const pods = await installation.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'name')
    return pods.split('\n').filter(Boolean).length === 9
  })
}
