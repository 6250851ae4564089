import { type Skipped, selectUnattended, type UnattendedSelection } from '../plan/policy.ts'
import type { ApplyResult } from '../report/reporter.ts'
import type { Host, InstallationOptions } from '../session/host.ts'
import { type CheckedPlan, type PlanScope, planWithConsents } from '../session/planWithConsents.ts'
import { openSession, type Session } from '../session/session.ts'
import { type LockWatch, watchLock } from '../state/lock.ts'
import { emptyState } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { autoApply, needsRecording } from './autoApply.ts'
import { Backoff } from './backoff.ts'
import type { EventDeduplicator } from './eventDeduplicator.ts'
import type { Inputs } from './inputs.ts'
import type { TriggerQueue } from './triggerQueue.ts'
import type { Trigger } from './watchEvents.ts'

/** What was chosen when the daemon was started; it wins over the file. */
export type DaemonOptions = InstallationOptions & {
  readonly policy?: Policy
  readonly intervalSeconds: number | undefined
  /** The command with which an operator applies what the daemon skips. */
  readonly manualCommand: (skipped: readonly Skipped[]) => string
}

export type DaemonParts = {
  readonly host: Host
  readonly options: DaemonOptions
  readonly queue: TriggerQueue
  readonly inputs: Inputs
  readonly events: EventDeduplicator
}

/** One check after the other, each with what the policy makes of it. A failure is reported and never ends the daemon. */
export class Daemon {
  readonly #parts: DaemonParts
  readonly #backoff: Backoff
  #intervalSeconds = 0
  #lockWatch: LockWatch
  /** What the last apply did not finish. */
  #unfinished: ReadonlySet<Address> = new Set()
  /** What the last apply reported as done, until the next check confirms it. */
  #awaitingConfirmation: ReadonlySet<Address> = new Set()

  constructor(parts: DaemonParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.host)
    this.#intervalSeconds = parts.options.intervalSeconds ?? 0
    this.#lockWatch = watchLock(parts.host.clock)
  }

  /** Milliseconds until the next check, if nothing triggers one before. */
  get pauseMs(): number {
    const intervalMs = this.#intervalSeconds * 1000
    return this.#backoff.waitMs > 0 ? Math.min(intervalMs, this.#backoff.waitMs) : intervalMs
  }

  /** One check. Never rejects. */
  async check(triggers: ReadonlySet<Trigger>): Promise<void> {
    const { host, events } = this.#parts
    // Listeners of this check must not pile up on the signal that lives as long as the daemon.
    const own = new AbortController()
    const abort = () => own.abort()
    host.signal.addEventListener('abort', abort, { once: true })
    if (host.signal.aborted) own.abort()
    try {
      await this.#check({ ...host, signal: own.signal }, triggers)
    } catch (error) {
      host.secretCache?.clear()
      if (!host.signal.aborted) events.problems(error instanceof ProblemError ? error.problems : [unexpected(error)])
    } finally {
      host.signal.removeEventListener('abort', abort)
    }
  }

  async #check(host: Host, triggers: ReadonlySet<Trigger>): Promise<void> {
    const { inputs, queue, options } = this.#parts
    await this.#waitForInputs(triggers)
    await using session = await openSession(host, options)
    // Files changed while they were read: what was read may be half of each version.
    if (await inputs.haveChanged()) return queue.trigger('file')
    const policy = this.#readSettings(session)
    const state = (await session.store.load()) ?? emptyState('')
    const scope = { ...options, target: [], exclude: [], consents: [], track: false }
    const checked = await planWithConsents(session, state, scope)
    const selection = this.#report(checked, policy)
    if (selection === undefined || host.signal.aborted) return
    this.#detectFlapping(selection)
    const isDue = selection.changes.length > 0 || (policy !== 'none' && needsRecording(checked.planned, state))
    if (!isDue || this.#backoff.waitMs > 0) return
    if (await inputs.haveChanged()) return queue.trigger('file')
    await this.#apply(host, session, scope, policy)
  }

  async #waitForInputs(triggers: ReadonlySet<Trigger>): Promise<void> {
    const { inputs, events, host } = this.#parts
    const haveChanged = await inputs.settle()
    if (!haveChanged && !triggers.has('signal')) return
    if (triggers.has('signal')) host.secretCache?.clear()
    // An operator acted: the next attempt is due at once, and its result is reported even if it is an old one.
    this.#backoff.skip()
    events.reset()
    if (!triggers.has('start')) events.emit({ type: 'watch_triggered', by: triggers.has('signal') ? 'signal' : 'file' })
  }

  #readSettings(session: Session): Policy {
    const { watch } = session.resolved.installation
    const { options, events } = this.#parts
    const policy = options.policy ?? watch.policy
    this.#intervalSeconds = options.intervalSeconds ?? watch.intervalSeconds
    events.settings({ type: 'watch_settings', policy, intervalSeconds: this.#intervalSeconds })
    return policy
  }

  /** Undefined when the plan is incomplete: nothing is applied by half a check. */
  #report({ planned, problems, world }: CheckedPlan, policy: Policy): UnattendedSelection | undefined {
    const { events, options, host } = this.#parts
    events.problems(problems)
    if (problems.length > 0) host.secretCache?.clear()
    if (problems.length > 0 || world === undefined) return undefined
    const selection = selectUnattended(planned.plan, policy, this.#unfinished)
    events.plan(planned.plan)
    const { skipped } = selection
    events.skipped({ type: 'watch_left_out', policy, leftOut: skipped, command: options.manualCommand(skipped) })
    return selection
  }

  /** A change that was applied and is due again at once would be applied forever. */
  #detectFlapping({ changes }: UnattendedSelection): void {
    const again = changes.map(({ address }) => address).filter((address) => this.#awaitingConfirmation.has(address))
    if (again.length > 0) this.#pause(again)
    else if (this.#awaitingConfirmation.size > 0) this.#backoff.succeeded()
    this.#awaitingConfirmation = new Set()
  }

  async #apply(host: Host, session: Session, scope: PlanScope, policy: Policy): Promise<void> {
    const { queue, events } = this.#parts
    const emit = events.emit.bind(events)
    try {
      const applied = await autoApply({
        host,
        scope,
        session,
        policy,
        unfinished: this.#unfinished,
        lockWatch: this.#lockWatch,
        emit,
      })
      if (applied !== undefined) this.#recordResult(applied)
      queue.trigger('apply')
    } catch (error) {
      const held = error instanceof ProblemError ? error.problems.find(({ code }) => code === 'lock/held') : undefined
      if (held !== undefined) return events.lockHeld(held)
      if (!host.signal.aborted) this.#pause([])
      throw error
    }
  }

  #recordResult(applied: ApplyResult): void {
    const { done, failed, skipped } = applied
    const { events, host } = this.#parts
    events.lockHeld(undefined)
    this.#lockWatch = watchLock(host.clock)
    this.#unfinished = new Set([...failed, ...skipped])
    this.#awaitingConfirmation = new Set(done)
    if (done.length + this.#unfinished.size === 0) return
    events.emit({ type: 'watch_applied', ...applied })
    if (failed.length > 0 && !host.signal.aborted) this.#pause([])
  }

  #pause(again: readonly Address[]): void {
    const seconds = Math.ceil(this.#backoff.failed() / 1000)
    this.#parts.events.emit({ type: 'watch_paused', seconds, again })
  }
}

function unexpected(error: unknown): Problem {
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'internal/unexpected',
    // The message of an unknown error may contain anything, a secret included.
    summary: `This check failed with an unexpected error (${name}).`,
    remedy: 'Run groundcrew plan --log-level debug, remove any secrets from its output, and report it.',
  }
}
