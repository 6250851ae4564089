import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectText } from '../support/installation.ts'
import { openWithEveryKind } from './objects/charts.ts'
import { everyKindDrifts } from './objects/everyKindDrifts.ts'
import { expectNoCanary, findAndRepair } from './objects/findAndRepair.ts'

const test = acceptance(
  'a chart with nearly every kind and field: what the API server sets is no drift, what other clients change is, no secret is readable',
  openWithEveryKind,
)

test('fields that the API server sets are no drift', async ({ installation, file }) => {
  const plan = expectExit(await installation.plan('-f', file), 2)
  const apply = expectExit(await installation.apply('-f', file), 0)
  await expectNoCanary(installation, plan.stdout, apply.stdout)
  expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  return /objects +(\d+ objects)/.exec(plan.stdout)?.[1]
})

for (const drift of everyKindDrifts) {
  const register = drift.isSample ? test : test.full
  register(`${drift.object}: ${drift.name}`, (fixture) => findAndRepair(fixture, drift))
}

test.run()
