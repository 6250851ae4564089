import { selectUnattended, type UnattendedSelection } from '../plan/policy.ts'
import type { Applied } from '../report/reporter.ts'
import type { Host } from '../session/host.ts'
import { type Looked, planWithConsents } from '../session/planWithConsents.ts'
import { openSession, type Session } from '../session/session.ts'
import { type LockWatch, watchLock } from '../state/lock.ts'
import { emptyState } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import { ProblemError } from '../values/problem.ts'
import { autoApply, needsRecording } from './autoApply.ts'
import { Backoff } from './backoff.ts'
import type { EventDeduplicator } from './eventDeduplicator.ts'
import type { Inputs } from './inputs.ts'
import { manualCommand } from './manualCommand.ts'
import type { TriggerQueue } from './triggerQueue.ts'
import type { Trigger } from './watchEvents.ts'
import type { WatchOptions } from './watchOptions.ts'

export type Parts = {
  readonly host: Host
  readonly options: WatchOptions
  readonly latch: TriggerQueue
  readonly inputs: Inputs
  readonly teller: EventDeduplicator
}

/** One look after another, each with what the policy lets follow from it. What goes wrong is told and never ends it. */
export class Daemon {
  readonly #parts: Parts
  readonly #backoff: Backoff
  #intervalSeconds: number
  #lockWatch: LockWatch
  /** What an apply did not bring to its end. */
  #unfinished: ReadonlySet<Address> = new Set()
  /** What an apply called done, until the next look has found it so. */
  #unproven: ReadonlySet<Address> = new Set()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.host)
    this.#intervalSeconds = parts.options.interval
    this.#lockWatch = watchLock(parts.host.clock)
  }

  /** Milliseconds until the next look, if nothing triggers one before. */
  get pauseMs(): number {
    const interval = this.#intervalSeconds * 1000
    return this.#backoff.waitMs > 0 ? Math.min(interval, this.#backoff.waitMs) : interval
  }

  /** One look. Never rejects. */
  async look(why: ReadonlySet<Trigger>): Promise<void> {
    const { host, teller } = this.#parts
    // What listens for the end of this look must not pile up on the signal that lives as long as the daemon.
    const own = new AbortController()
    const end = () => own.abort()
    host.signal.addEventListener('abort', end, { once: true })
    if (host.signal.aborted) own.abort()
    try {
      await this.#look({ ...host, signal: own.signal }, why)
    } catch (error) {
      host.keptSecrets?.clear()
      if (!host.signal.aborted) teller.problems(error instanceof ProblemError ? error.problems : [unexpected(error)])
    } finally {
      host.signal.removeEventListener('abort', end)
    }
  }

  async #look(host: Host, why: ReadonlySet<Trigger>): Promise<void> {
    const { inputs, latch, options } = this.#parts
    await this.#settle(why)
    await using session = await openSession(host, options)
    // Somebody wrote while it was read: what was read may be half of each.
    if (await inputs.moved()) return latch.trigger('file')
    const policy = this.#settings(session)
    const state = (await session.store.load()) ?? emptyState('')
    const looked = await planWithConsents(session, state, options)
    const chosen = this.#tell(looked, policy)
    if (chosen === undefined || host.signal.aborted) return
    this.#prove(chosen)
    const due = chosen.changes.length > 0 || (policy !== 'none' && needsRecording(looked.planned, state))
    if (!due || this.#backoff.waitMs > 0) return
    if (await inputs.moved()) return latch.trigger('file')
    await this.#apply(host, session, policy)
  }

  async #settle(why: ReadonlySet<Trigger>): Promise<void> {
    const { inputs, teller, host } = this.#parts
    const wasWritten = await inputs.settle()
    if (!wasWritten && !why.has('signal')) return
    if (why.has('signal')) host.keptSecrets?.clear()
    // A person did something: it may be tried at once, and what comes of it is told.
    this.#backoff.skip()
    teller.forget()
    if (!why.has('start')) teller.tell({ type: 'watch_triggered', by: why.has('signal') ? 'signal' : 'file' })
  }

  #settings(session: Session): Policy {
    const { watch } = session.resolved.installation
    const policy = this.#parts.options.policy ?? watch.policy
    this.#intervalSeconds = this.#parts.options.interval || watch.intervalSeconds
    this.#parts.teller.settings({ type: 'watch_settings', policy, intervalSeconds: this.#intervalSeconds })
    return policy
  }

  /** Undefined when the plan is incomplete: nothing is done by half a look. */
  #tell({ planned, problems, world }: Looked, policy: Policy): UnattendedSelection | undefined {
    const { teller, options, host } = this.#parts
    teller.problems(problems)
    if (problems.length > 0) host.keptSecrets?.clear()
    if (problems.length > 0 || world === undefined) return undefined
    const chosen = selectUnattended(planned.plan, policy, this.#unfinished)
    teller.plan(planned.plan)
    teller.leftOut({ type: 'watch_left_out', policy, leftOut: chosen.skipped, command: manualCommand(options, chosen.skipped) })
    return chosen
  }

  /** A change that was made and is due again at once would be made for ever. */
  #prove({ changes }: UnattendedSelection): void {
    const again = changes.map(({ address }) => address).filter((address) => this.#unproven.has(address))
    if (again.length > 0) this.#pause(again)
    else if (this.#unproven.size > 0) this.#backoff.succeeded()
    this.#unproven = new Set()
  }

  async #apply(host: Host, session: Session, policy: Policy): Promise<void> {
    const { latch, options, teller } = this.#parts
    const emit = teller.tell.bind(teller)
    const parts = { host, options, session, policy, unfinished: this.#unfinished, lockWatch: this.#lockWatch, emit }
    try {
      this.#ended(await autoApply(parts))
      latch.trigger('apply')
    } catch (error) {
      const held = error instanceof ProblemError ? error.problems.find(({ code }) => code === 'lock/held') : undefined
      if (held !== undefined) return teller.held(held)
      if (!host.signal.aborted) this.#pause([])
      throw error
    }
  }

  #ended(applied: Applied): void {
    const { done, failed, skipped } = applied
    const { teller, host } = this.#parts
    teller.held(undefined)
    this.#lockWatch = watchLock(host.clock)
    this.#unfinished = new Set([...failed, ...skipped])
    this.#unproven = new Set(done)
    if (done.length + this.#unfinished.size === 0) return
    teller.tell({ type: 'watch_applied', ...applied })
    if (failed.length > 0 && !host.signal.aborted) this.#pause([])
  }

  #pause(again: readonly Address[]): void {
    const seconds = Math.ceil(this.#backoff.failed() / 1000)
    this.#parts.teller.tell({ type: 'watch_paused', seconds, again })
  }
}

function unexpected(error: unknown) {
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'internal/unexpected',
    // The message of an unknown error may carry anything, a secret included.
    summary: `This look failed in a way groundcrew does not know (${name}).`,
    remedy: 'Run groundcrew plan --log-level debug, look for secrets in what it prints, and report it.',
  }
}
