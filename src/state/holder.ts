import type { LiveLease } from '../world/ports/leases.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'

/** The process that holds the lock: enough to check whether it is alive, and to terminate a helm process that it left. */
export type Holder = {
  readonly id: string
  readonly who: string
  readonly command: string
  readonly since: string
  readonly process: ProcessIdentity
  readonly helm?: ProcessIdentity
}

/** The holder that a Lease names; undefined when there is none, or when it is another program. */
export function holderOf({ info }: LiveLease): Holder | undefined {
  try {
    const value = JSON.parse(info) as Holder
    return typeof value.process?.pid === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

/** `alice@jump1 (apply, process 4711 on jump1, since 2026-11-24T00:00:00.000Z)`; for another program, its holderIdentity. */
export function describeHolder(lease: LiveLease): string {
  const holder = holderOf(lease)
  if (holder === undefined) return lease.holder === '' ? 'no process' : lease.holder
  return `${holder.who} (${holder.command}, process ${holder.process.pid} on ${holder.process.host}, since ${holder.since})`
}
