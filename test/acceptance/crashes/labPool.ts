import { LabInstallation } from '../support/installation.ts'
import type { Scenario } from './scenario.ts'

const CONCURRENT_LABS = 2

type Trial = (installation: LabInstallation) => Promise<string>
type Entry = { readonly scenario: Scenario; readonly trial: Trial; readonly result: PromiseWithResolvers<string> }

/**
 * Runs trials on two labs at once, in the order in which they were added, while each test waits for its own result. A lab
 * is used again by a scenario that can begin on any, unless a trial failed on it.
 */
export class LabPool implements AsyncDisposable {
  readonly #queue: Entry[] = []
  readonly #idle: LabInstallation[] = []
  #workers: Promise<unknown> | undefined

  /** Adds a trial; returns what waits for its result. */
  add(scenario: Scenario, trial: Trial): () => Promise<string> {
    const result = Promise.withResolvers<string>()
    // A result may fail long before its test waits for it.
    result.promise.catch(() => undefined)
    this.#queue.push({ scenario, trial, result })
    return () => {
      this.#workers ??= Promise.all(Array.from({ length: CONCURRENT_LABS }, () => this.#work()))
      return result.promise
    }
  }

  async #work(): Promise<void> {
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift())
      await this.#run(entry).then(entry.result.resolve, entry.result.reject)
  }

  async #run({ scenario, trial }: Entry): Promise<string> {
    const installation = await this.#take(scenario.needsNewLab)
    try {
      await scenario.begin(installation)
      const figure = await trial(installation)
      this.#idle.push(installation)
      return figure
    } catch (error) {
      await installation[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Never starts more labs than there are workers. */
  async #take(needsNewLab: boolean): Promise<LabInstallation> {
    const idle = this.#idle.pop()
    if (idle !== undefined && !needsNewLab) return idle
    await idle?.[Symbol.asyncDispose]()
    return LabInstallation.open()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers
    await Promise.all(this.#idle.map((installation) => installation[Symbol.asyncDispose]()))
  }
}
