import type { Address } from '../../values/address.ts'
import type { Fingerprinter } from '../../values/fingerprint.ts'
import type { FactMap } from '../../values/json.ts'
import type { Clock } from '../../world/ports/clock.ts'
import type { ProcessIdentity } from '../../world/ports/process.ts'
import type { View, World } from '../../world/ports.ts'

/** What a kind may use while it reads. */
export type ReadContext = {
  readonly view: View
  /** Compares secrets without revealing them. */
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  /** True where unmanaged differences are read too: that costs requests, and only a drift report shows them. */
  readonly includeUnmanaged?: boolean
  /** True where readers that are not tracked yet are tracked now, although that restarts them. */
  readonly trackAllReaders?: boolean
  /** True when the helm process of an unfinished apply has provably ended: no process will finish a pending release. */
  readonly previousHelmExited: boolean
}

/** Progress of a running step, as data. */
export type Progress = {
  readonly message: string
  readonly done?: number
  readonly total?: number
  readonly unit?: 'bytes' | 'pods'
  /** Units per second, and the time left at that speed; absent while too little is known. */
  readonly perSecond?: number
  readonly secondsLeft?: number
}

/** What a kind may use while it writes. */
export type ApplyContext = {
  readonly world: World
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  /** The only source of time for waits and timeouts, so that tests control it. */
  readonly clock: Clock
  readonly previousHelmExited: boolean
  readonly emit: (progress: Progress) => void
  /** Throws unless this process still holds the lock. Await it before every write. */
  readonly assertLockHeld: () => Promise<void>
  /** Journals a child process before it may act, so that the next run can end exactly that process. */
  readonly registerChild: (child: ProcessIdentity) => Promise<void>
}

/** What other resources will be once this plan is applied. */
export interface Upstream {
  /** What a resource exposes to its readers; undefined when that resource is blocked. */
  exposedTo(address: Address): FactMap | undefined
  /** True when this plan changes what an existing resource exposes to its readers. */
  changes(address: Address): boolean
  outdatedReaders(address: Address): OutdatedReaders
}

/**
 * Deployments whose pods consumed something other than what the resource is, or will be again once its drift is repaired;
 * each with phrases for what that was. Only a restart brings them up to date.
 */
export type OutdatedReaders = ReadonlyMap<string, readonly string[]>
