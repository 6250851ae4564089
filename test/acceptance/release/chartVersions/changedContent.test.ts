import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../../support/installation.ts'
import { releaseRevision } from '../../support/workloads.ts'
import { expectEmptyPlan } from '../restarts/applyWithRestarts.ts'
import { chartWith, fileWith } from './fixtures.ts'

let file: string

const test = acceptance('a chart whose content changes while its version stays', async () => {
  const installation = await LabInstallation.open()
  file = await fileWith(installation, 'changing', { path: './changing' })
  await chart(installation, '0.5.0', 'first')
  expectExit(await installation.apply('-f', file), 0)
  return installation
})

test('the change is shown, refused, and not applied', async (installation) => {
  await chart(installation, '0.5.0', 'second')
  return expectRefused(installation)
})

test('--accept-other-chart allows it, and that content is remembered', async (installation) => {
  expectExit(await installation.apply('-f', file, '--accept-other-chart'), 0)
  await expectEmptyPlan(installation, file)
  expectSame(await mode(installation), 'second')
})

test.full(
  'after another version: new content is refused again, the allowed content is applied without a question',
  async (installation) => {
    await chart(installation, '0.6.0', 'other version')
    expectExit(await installation.apply('-f', file), 0)
    await chart(installation, '0.5.0', 'third')
    await expectRefused(installation)
    await chart(installation, '0.5.0', 'second')
    expectExit(await installation.apply('-f', file), 0)
  },
)

test.run()

/** The chart in the file's folder, with this content of a ConfigMap. */
function chart(installation: LabInstallation, version: string, mode: string): Promise<string> {
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { mode } }
  return chartWith(installation, 'changing', version, { settings })
}

async function expectRefused(installation: LabInstallation): Promise<string> {
  const before = [await releaseRevision(installation), await mode(installation)]
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, /ConfigMap\/settings/)
  expectText(stdout, /Refused: The chart spacelift-self-hosted 0\.5\.0 differs from the one that was applied under this version\./)
  expectExit(await installation.apply('-f', file), 1)
  expectSame([await releaseRevision(installation), await mode(installation)], before)
  return /Refused: .*/.exec(stdout)?.[0] ?? ''
}

function mode(installation: LabInstallation): Promise<string> {
  return installation.kubectl('get', 'configmap', 'settings', '-n', 'spacelift', '-o', 'jsonpath={.data.mode}')
}
