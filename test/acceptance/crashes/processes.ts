import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import type { LabInstallation } from '../support/installation.ts'

/** The helm processes that work on this site, by the kernel's word: their program and their environment. */
export async function helmProcesses(site: LabInstallation): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const ours = await Promise.all(pids.map((pid) => isHelmOf(site, pid).catch(() => false)))
  return pids.filter((_, i) => ours[i])
}

async function isHelmOf(site: LabInstallation, pid: number): Promise<boolean> {
  const program = basename(await readlink(`/proc/${pid}/exe`))
  return program === 'helm' && (await readFile(`/proc/${pid}/environ`, 'utf8')).includes(site.lab.dir)
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}
