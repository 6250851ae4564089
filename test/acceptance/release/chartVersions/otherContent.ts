import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { revision } from '../../support/workloads.ts'
import { chartWith, configMap, fileWith } from './fixtures.ts'

const CHART = { path: './changing' }

export async function otherContent(report: Report, installation: LabInstallation, isQuick: boolean): Promise<void> {
  const file = await fileWith(installation, 'changing', CHART)
  await chartWith(installation, 'changing', '0.5.0', { settings: configMap('one') })
  expectExit(await installation.apply('-f', file), 0)
  await report.line('other content under the same version: shown, refused, and not applied', async () => {
    await chartWith(installation, 'changing', '0.5.0', { settings: configMap('two') })
    return refused(installation, file)
  })
  await report.line('--accept-other-chart lifts it; that content is remembered from then on', async () => {
    expectExit(await installation.apply('-f', file, '--accept-other-chart'), 0)
    expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
    expectSame(await mode(installation), 'two')
    return undefined
  })
  if (isQuick) return
  await report.line('another version in between changes nothing about that', async () => {
    await chartWith(installation, 'changing', '0.6.0', { settings: configMap('six') })
    expectExit(await installation.apply('-f', file), 0)
    await chartWith(installation, 'changing', '0.5.0', { settings: configMap('three') })
    await refused(installation, file)
    await chartWith(installation, 'changing', '0.5.0', { settings: configMap('two') })
    expectExit(await installation.apply('-f', file), 0)
    return 'the content that was allowed is taken without a word'
  })
}

async function refused(installation: LabInstallation, file: string): Promise<string> {
  const [before, now] = [await revision(installation), await mode(installation)]
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, /ConfigMap\/settings/)
  expectText(stdout, /Refused: The chart spacelift-self-hosted 0\.5\.0 is not the one that was applied under this version\./)
  expectExit(await installation.apply('-f', file), 1)
  expectSame([await revision(installation), await mode(installation)], [before, now])
  return /Refused: .*/.exec(stdout)?.[0] ?? ''
}

const mode = (installation: LabInstallation): Promise<string> =>
  installation.kubectl('get', 'configmap', 'settings', '-n', 'spacelift', '-o', 'jsonpath={.data.mode}')
