import { acceptance, isQuick } from '../support/acceptance.ts'
import { expectExit, expectSame, type LabInstallation } from '../support/installation.ts'
import { converges, killedAt, type Moment } from './crashTrial.ts'
import { firstApply } from './firstApply.ts'
import { killedWhileHelmWaits, killedWhileUninstalling, type WaitingMoment } from './killedWhileHelmWaits.ts'
import { LabPool } from './labPool.ts'
import { removal } from './removal.ts'
import { repair } from './repair.ts'
import type { Scenario } from './scenario.ts'
import { upgrade } from './upgrade.ts'

const pool = new LabPool()
const test = acceptance('kill -9 of an apply, before and after every journal record: one more apply converges', async () => pool)

for (const scenario of [firstApply, upgrade, repair, removal]) {
  if (!isQuick)
    trial(`${scenario.name}, uninterrupted, writes ${scenario.records} journal records`, scenario, (installation) =>
      uninterrupted(installation, scenario),
    )
  for (const moment of isQuick ? scenario.sample : allMoments(scenario))
    trial(`${scenario.name}, killed ${moment.replace(':', ' record ')}, converges`, scenario, async (installation) => {
      const file = scenario.file(installation)
      return converges(installation, await killedAt(installation, moment, file), scenario.expect, file)
    })
}

const WAITING_MOMENTS: readonly WaitingMoment[] = [
  { seconds: 0, helmToo: false },
  { seconds: 0.3, helmToo: true },
  { seconds: 1, helmToo: false },
  { seconds: 2, helmToo: true },
  { seconds: 4, helmToo: false },
]

for (const moment of isQuick ? [{ seconds: 1, helmToo: true }] : WAITING_MOMENTS)
  trial(
    `a first apply, killed ${moment.helmToo ? 'with helm ' : ''}${moment.seconds} s after helm began to wait for pods, converges`,
    firstApply,
    (installation) => killedWhileHelmWaits(installation, moment),
  )

if (!isQuick) trial('a removal, killed with helm while an uninstall waits for a finalizer, converges', removal, killedWhileUninstalling)

/** Registers a test that waits for a trial of the pool. */
function trial(claim: string, scenario: Scenario, run: (installation: LabInstallation) => Promise<string>): void {
  const result = pool.add(scenario, run)
  test(claim, () => result())
}

function allMoments({ records }: Scenario): Moment[] {
  return Array.from({ length: records }, (_, i) => i + 1).flatMap((record): Moment[] => [`before:${record}`, `after:${record}`])
}

/** The kills cover every record only if there are as many as the scenario declares. */
async function uninterrupted(installation: LabInstallation, scenario: Scenario): Promise<string> {
  expectExit(await installation.apply('-f', scenario.file(installation)), 0)
  await scenario.expect(installation)
  const journal = (await installation.journals()).at(-1) ?? []
  expectSame(journal.length, scenario.records)
  return `${journal.filter(({ type }) => type === 'done').length} steps`
}

test.run()
