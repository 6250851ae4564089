import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText } from '../support/installation.ts'
import { openWithHookAndCrd } from './objects/charts.ts'
import { containerDrifts } from './objects/containers.ts'
import { deploymentDrifts } from './objects/deployments.ts'
import { findAndRepair } from './objects/findAndRepair.ts'
import { idlePlanTests } from './objects/idlePlans.ts'
import { otherDrifts } from './objects/otherObjects.ts'
import { podDrifts } from './objects/pods.ts'

const test = acceptance(
  'every live object of the release, changed outside groundcrew: plan attributes it, apply repairs it with the announced restarts',
  openWithHookAndCrd,
)

test('the first plan counts the objects, apply creates them', async ({ installation, file }) => {
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, /objects +10 objects/)
  expectExit(await installation.apply('-f', file), 0)
  return `${stdout.split('\n').length} lines`
})

for (const drift of [...containerDrifts, ...podDrifts, ...deploymentDrifts, ...otherDrifts]) {
  const register = drift.isSample ? test : test.full
  register(`${drift.object}: ${drift.name}`, (fixture) => findAndRepair(fixture, drift))
}

test('at the end everything matches the guide', ({ installation }) => everythingMatchesGuide(installation))

idlePlanTests(test)

test.run()
