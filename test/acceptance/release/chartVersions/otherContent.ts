import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { revision } from '../../support/workloads.ts'
import { chartWith, configMap, fileWith } from './fixtures.ts'

const CHART = { path: './changing' }

export async function otherContent(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  const file = await fileWith(site, 'changing', CHART)
  await chartWith(site, 'changing', '0.5.0', { settings: configMap('one') })
  expectExit(await site.apply('-f', file), 0)
  await report.line('other content under the same version: shown, refused, and not applied', async () => {
    await chartWith(site, 'changing', '0.5.0', { settings: configMap('two') })
    return refused(site, file)
  })
  await report.line('--accept-other-chart lifts it; that content is remembered from then on', async () => {
    expectExit(await site.apply('-f', file, '--accept-other-chart'), 0)
    expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
    expectSame(await mode(site), 'two')
    return undefined
  })
  if (isQuick) return
  await report.line('another version in between changes nothing about that', async () => {
    await chartWith(site, 'changing', '0.6.0', { settings: configMap('six') })
    expectExit(await site.apply('-f', file), 0)
    await chartWith(site, 'changing', '0.5.0', { settings: configMap('three') })
    await refused(site, file)
    await chartWith(site, 'changing', '0.5.0', { settings: configMap('two') })
    expectExit(await site.apply('-f', file), 0)
    return 'the content that was allowed is taken without a word'
  })
}

async function refused(site: LabInstallation, file: string): Promise<string> {
  const [before, now] = [await revision(site), await mode(site)]
  const { stdout } = expectExit(await site.plan('-f', file), 2)
  expectText(stdout, /ConfigMap\/settings/)
  expectText(stdout, /Refused: The chart spacelift-self-hosted 0\.5\.0 is not the one that was applied under this version\./)
  expectExit(await site.apply('-f', file), 1)
  expectSame([await revision(site), await mode(site)], [before, now])
  return /Refused: .*/.exec(stdout)?.[0] ?? ''
}

const mode = (site: LabInstallation): Promise<string> =>
  site.kubectl('get', 'configmap', 'settings', '-n', 'spacelift', '-o', 'jsonpath={.data.mode}')
