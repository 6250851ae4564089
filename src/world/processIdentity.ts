import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ProcessIdentity } from './ports/process.ts'

/** Names a process of this machine; undefined when there is none of that pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid)
  return startTime === undefined ? undefined : { ...here(), pid, startTime }
}

/** True, false, or undefined when it cannot be known from here: another host or another pid namespace. */
export function isAlive(it: ProcessIdentity): boolean | undefined {
  const place = here()
  if (it.host !== place.host) return undefined
  // Nothing survives a reboot, but only of this very machine: another one may have the same host name.
  if (it.bootId !== place.bootId) return it.machine !== '' && it.machine === place.machine ? false : undefined
  if (it.pidNamespace !== place.pidNamespace) return undefined
  return startTimeOf(it.pid) === it.startTime
}

function here(): Omit<ProcessIdentity, 'pid' | 'startTime'> {
  return {
    host: hostname(),
    machine: machine(),
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    // A time namespace shifts the start times that are compared.
    pidNamespace: ['pid', 'time']
      .map((kind) => attempt(() => readlinkSync(`/proc/self/ns/${kind}`)))
      .join(' ')
      .trim(),
  }
}

/** The machine's id is not for others to see: a digest of it. '' where there is none. */
function machine(): string {
  const id = attempt(() => readFileSync('/etc/machine-id', 'utf8').trim())
  return id === '' ? '' : createHash('sha256').update(`groundcrew/machine/v1\0${id}`).digest('hex').slice(0, 16)
}

/** Field 22 of /proc/PID/stat; '' where there is no /proc; undefined for no such process, or one that has ended and only waits to be reaped. */
function startTimeOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === '') return hasProc() || !responds(pid) ? undefined : ''
  // The command in parentheses may hold blanks and parentheses: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function hasProc(): boolean {
  return attempt(() => readFileSync('/proc/self/stat', 'utf8')) !== ''
}

function responds(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
