import { isWrite, type Plan } from '../plan/plan.ts'
import type { UnattendedSelection } from '../plan/policy.ts'
import { showPosition } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { WatchEvent } from './watchEvents.ts'

/** Keeps a daemon from reporting the same thing at every check: it is reported again only when it has changed. */
export class EventDeduplicator {
  readonly #emit: (event: WatchEvent) => void
  readonly #lastKeys = new Map<WatchEvent['type'], string>()
  #problems: ReadonlySet<string> = new Set()

  constructor(emit: (event: WatchEvent) => void) {
    this.#emit = emit
  }

  /** An operator acted: what follows from it is reported even if it was reported before. */
  reset(): void {
    this.#resetPlan()
    this.#problems = new Set()
    this.#lastKeys.delete('watch_problems')
  }

  emit(event: WatchEvent): void {
    this.#emit(event)
  }

  plan(plan: Plan): void {
    this.#emitOnce({ type: 'watch_plan', plan }, planKey(plan))
  }

  skipped(event: WatchEvent & { readonly type: 'watch_left_out' }): void {
    if (event.leftOut.length > 0) this.#emitOnce(event, skippedKey(event.policy, event.leftOut))
    else this.#lastKeys.delete(event.type)
  }

  settings(event: WatchEvent & { readonly type: 'watch_settings' }): void {
    this.#emitOnce(event, JSON.stringify(event))
  }

  /**
   * All current problems. Reported when one of them is new; their end is reported too. A server that is down is one
   * problem, however it is noticed.
   */
  problems(problems: readonly Problem[]): void {
    const current = new Set(problems.map(problemKey))
    if (current.size > 0 && [...current].some((key) => !this.#problems.has(key))) this.#emit({ type: 'watch_problems', problems })
    if (current.size === 0 && this.#problems.size > 0) {
      this.#emit({ type: 'watch_clear' })
      this.#resetPlan()
    }
    this.#problems = current
  }

  /** Another run holds the lock; undefined once none does. */
  lockHeld(problem: Problem | undefined): void {
    if (problem === undefined) this.#lastKeys.delete('watch_problems')
    else this.#emitOnce({ type: 'watch_problems', problems: [problem] }, problem.summary)
  }

  #resetPlan(): void {
    this.#lastKeys.delete('watch_plan')
    this.#lastKeys.delete('watch_left_out')
  }

  #emitOnce(event: WatchEvent, key: string): void {
    if (this.#lastKeys.get(event.type) === key) return
    this.#lastKeys.set(event.type, key)
    this.#emit(event)
  }
}

function planKey({ changes, findings }: Plan): string {
  const shown = changes.filter(({ action }) => isWrite(action) || action === 'forget')
  return JSON.stringify([
    shown.length === 0 ? changes.length : 0,
    shown.map(({ address, action, edits }) => [address, action, edits]),
    findings.map(({ code, address }) => [code, address]),
  ])
}

function skippedKey(policy: string, skipped: UnattendedSelection['skipped']): string {
  return JSON.stringify([policy, skipped.map(({ change: { address, action }, why }) => [address, action, why])])
}

function problemKey({ code, at }: Problem): string {
  return `${code} ${at === undefined ? '' : showPosition(at)}`
}
