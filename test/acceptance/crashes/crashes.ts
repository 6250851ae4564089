import { expectExit, type LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { converges, killedAt, type Moment } from './crashTrial.ts'
import { firstApply } from './firstApply.ts'
import { removal } from './removal.ts'
import { repair } from './repair.ts'
import { newSite, type Scenario } from './scenario.ts'
import { killedWhileUninstalling } from './uninstalling.ts'
import { upgrade } from './upgrade.ts'

const SCENARIOS: readonly Scenario[] = [firstApply, upgrade, repair, removal]
const AT_ONCE = 2

export const crashes: Check = {
  name: 'crashes',
  about: 'kill -9 before and after every journal record of a first apply, an upgrade, a repair and a removal: one more apply converges',
  async run(report, isQuick) {
    const grounds = new Grounds()
    try {
      for (const scenario of SCENARIOS) await matrix(report, scenario, grounds, isQuick)
      if (!isQuick)
        await report.line('killed, helm too, while an uninstall waits for what something holds, converges', () =>
          grounds.use(removal, killedWhileUninstalling),
        )
    } finally {
      await grounds.close()
    }
  },
}

async function matrix(report: Report, scenario: Scenario, grounds: Grounds, isQuick: boolean): Promise<void> {
  const next = (isQuick ? scenario.sample : await allMoments(report, scenario, grounds)).values()
  const worker = async () => {
    for (const moment of next) await trial(report, scenario, grounds, moment)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function allMoments(report: Report, scenario: Scenario, grounds: Grounds): Promise<readonly Moment[]> {
  let records = 0
  await report.line(`${scenario.name}, uninterrupted, converges`, async () => {
    records = await grounds.use(scenario, (site) => uninterrupted(site, scenario))
    return `${records} journal records`
  })
  return Array.from({ length: records }, (_, i) => i + 1).flatMap((record): Moment[] => [`before:${record}`, `after:${record}`])
}

/** What the whole apply writes into its journal, and that its end is the right one. */
async function uninterrupted(site: LabInstallation, scenario: Scenario): Promise<number> {
  expectExit(await site.apply('-f', scenario.file(site)), 0)
  await scenario.expect(site)
  return (await site.journals()).at(-1)?.length ?? 0
}

async function trial(report: Report, scenario: Scenario, grounds: Grounds, moment: Moment): Promise<void> {
  await report.line(`${scenario.name}, killed ${moment.replace(':', ' record ')}, converges`, () =>
    grounds.use(scenario, async (site) => {
      const killed = await killedAt(site, moment, scenario.file(site))
      return converges(site, killed, scenario.expect, scenario.file(site))
    }),
  )
}

/** Labs to try on: kept for the next trial where a scenario can begin anywhere, unless a trial failed on it. */
class Grounds {
  readonly #free: LabInstallation[] = []

  async use<T>(scenario: Scenario, act: (site: LabInstallation) => Promise<T>): Promise<T> {
    const site = await this.#take(scenario.needsNewLab)
    try {
      await scenario.begin(site)
      const answer = await act(site)
      this.#free.push(site)
      return answer
    } catch (error) {
      await site[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Never more labs than are worked on at once. */
  async #take(needsNewLab: boolean): Promise<LabInstallation> {
    const free = this.#free.pop()
    if (free !== undefined && !needsNewLab) return free
    await free?.[Symbol.asyncDispose]()
    return newSite()
  }

  async close(): Promise<void> {
    await Promise.all(this.#free.map((site) => site[Symbol.asyncDispose]()))
  }
}
