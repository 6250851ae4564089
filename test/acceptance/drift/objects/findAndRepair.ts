import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import { podsOf, releaseRevision, replacedWorkloads, waitForRollouts } from '../../support/workloads.ts'
import type { ChartFixture } from './charts.ts'
import { CANARY, type ObjectDrift } from './objectDrift.ts'

/** Changes an object: plan shows and attributes it and announces the restarts, apply does exactly that, the next plan is empty. */
export async function findAndRepair({ installation, file }: ChartFixture, drift: ObjectDrift): Promise<string> {
  try {
    return await foundAndRepaired(installation, file, drift)
  } catch (error) {
    // The next drift starts from a repaired installation.
    await installation.apply('-f', file)
    throw error
  }
}

async function foundAndRepaired(installation: LabInstallation, file: string, drift: ObjectDrift): Promise<string> {
  const { change, needsUpgrade = false, restarts = [] } = drift
  await change(installation)
  await waitForRollouts(installation)
  const [revisionBefore, podsBefore] = [await releaseRevision(installation), await podsOf(installation)]
  const plan = expectExit(await installation.plan('-f', file), 2)
  expectAttributed(plan.stdout, drift)
  expectSame(announcedRestarts(plan.stdout), restarts)
  const apply = expectExit(await installation.apply('-f', file), 0)
  await expectNoCanary(installation, plan.stdout, apply.stdout)
  expectSame(await replacedWorkloads(installation, podsBefore, { countDeleted: true }), restarts)
  expectSame((await releaseRevision(installation)) > revisionBefore, needsUpgrade)
  expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  return `${restarts.length === 0 ? 'no restart' : `restarts ${restarts.join(', ')}`}, ${needsUpgrade ? 'upgraded' : 'no new revision'}`
}

/** No secret of a chart or of a live object is in the output, the state or the journals. */
export async function expectNoCanary(installation: LabInstallation, ...outputs: readonly string[]): Promise<void> {
  const kept = [JSON.stringify(await installation.readState()), JSON.stringify(await installation.journals())]
  for (const text of [...outputs, ...kept]) if (text.includes(CANARY)) throw new Error(`a secret is readable in:\n${text}`)
}

/** The plan names the object, the field below it, and its field manager. */
function expectAttributed(plan: string, { object, planShows, manager }: ObjectDrift): void {
  const start = plan.indexOf(` ${object}`)
  if (start < 0) throw new Error(`${object} is not named in:\n${plan}`)
  const block = plan.slice(plan.lastIndexOf('\n', start) + 1).split(/\n {6}[~+-] |\n\n/)[0] ?? ''
  expectText(block, planShows)
  if (manager !== undefined) expectText(block, `drifted, ${manager}`)
  else if (/drifted, (?!helm)/.test(block) && !/order/.test(block)) throw new Error(`a manager is named without evidence:\n${block}`)
}

function announcedRestarts(plan: string): string[] {
  const announced = /^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? ''
  return announced === 'none' ? [] : announced.split(', ').map((restart) => restart.replace(/ \(.*/, ''))
}
