import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ProcessIdentity } from './ports/process.ts'

/** Identifies a process of this machine; undefined when no process has this pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid)
  return startTime === undefined ? undefined : { ...currentSystem(), pid, startTime }
}

/** Undefined when this process cannot know: another host or another pid namespace. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  const current = currentSystem()
  if (identity.host !== current.host) return undefined
  // No process survives a reboot, but only on this very machine: another one may have the same host name.
  if (identity.bootId !== current.bootId) return identity.machine !== '' && identity.machine === current.machine ? false : undefined
  if (identity.pidNamespace !== current.pidNamespace) return undefined
  return startTimeOf(identity.pid) === identity.startTime
}

function currentSystem(): Omit<ProcessIdentity, 'pid' | 'startTime'> {
  return {
    host: hostname(),
    machine: machineDigest(),
    bootId: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    // A time namespace shifts the start times that are compared.
    pidNamespace: ['pid', 'time']
      .map((kind) => orEmpty(() => readlinkSync(`/proc/self/ns/${kind}`)))
      .join(' ')
      .trim(),
  }
}

/** A digest, because the machine's id is confidential (machine-id(5)). '' where there is none. */
function machineDigest(): string {
  const id = orEmpty(() => readFileSync('/etc/machine-id', 'utf8').trim())
  return id === '' ? '' : createHash('sha256').update(`groundcrew/machine/v1\0${id}`).digest('hex').slice(0, 16)
}

/** Field 22 of /proc/PID/stat; '' where there is no /proc; undefined when no such process exists, or it has ended and was not reaped yet. */
function startTimeOf(pid: number): string | undefined {
  const stat = orEmpty(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === '') return hasProc() || !exists(pid) ? undefined : ''
  // The command in parentheses may contain spaces and parentheses: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function hasProc(): boolean {
  return orEmpty(() => readFileSync('/proc/self/stat', 'utf8')) !== ''
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
