import { isWrite, type Plan } from '../plan/plan.ts'
import type { UnattendedSelection } from '../plan/policy.ts'
import { showPosition } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { WatchEvent } from './watchEvents.ts'

/** Keeps a daemon from saying the same thing at every look: what was told is told again only when it has changed. */
export class EventDeduplicator {
  readonly #emit: (event: WatchEvent) => void
  readonly #told = new Map<WatchEvent['type'], string>()
  #problems: ReadonlySet<string> = new Set()

  constructor(emit: (event: WatchEvent) => void) {
    this.#emit = emit
  }

  /** Something happened that a person did: whatever it leads to is told, old or new. */
  forget(): void {
    this.#plan()
    this.#problems = new Set()
    this.#told.delete('watch_problems')
  }

  tell(event: WatchEvent): void {
    this.#emit(event)
  }

  plan(plan: Plan): void {
    this.#once({ type: 'watch_plan', plan }, planKey(plan))
  }

  leftOut(event: WatchEvent & { readonly type: 'watch_left_out' }): void {
    if (event.leftOut.length > 0) this.#once(event, leftOutKey(event.policy, event.leftOut))
    else this.#told.delete(event.type)
  }

  settings(event: WatchEvent & { readonly type: 'watch_settings' }): void {
    this.#once(event, JSON.stringify(event))
  }

  /**
   * All that is wrong now. Told when something is new among it; its end is told as well. A server that is away is one
   * thing, however it is noticed.
   */
  problems(problems: readonly Problem[]): void {
    const now = new Set(problems.map(problemKey))
    if (now.size > 0 && [...now].some((key) => !this.#problems.has(key))) this.#emit({ type: 'watch_problems', problems })
    if (now.size === 0 && this.#problems.size > 0) {
      this.#emit({ type: 'watch_clear' })
      this.#plan()
    }
    this.#problems = now
  }

  /** Somebody else holds the lock; undefined once nobody is in the way. */
  held(problem: Problem | undefined): void {
    if (problem === undefined) this.#told.delete('watch_problems')
    else this.#once({ type: 'watch_problems', problems: [problem] }, problem.summary)
  }

  #plan(): void {
    this.#told.delete('watch_plan')
    this.#told.delete('watch_left_out')
  }

  #once(event: WatchEvent, key: string): void {
    if (this.#told.get(event.type) === key) return
    this.#told.set(event.type, key)
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

function leftOutKey(policy: string, leftOut: UnattendedSelection['skipped']): string {
  return JSON.stringify([policy, leftOut.map(({ change: { address, action }, why }) => [address, action, why])])
}

function problemKey({ code, at }: Problem): string {
  return `${code} ${at === undefined ? '' : showPosition(at)}`
}
