import { expectExit, expectSame, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { watchedReaders } from '../watch/restartedReaders.ts'
import { declaredChanges } from './restarts/declared.ts'
import { staleReaders } from './restarts/stale.ts'
import { notTrackedYet } from './restarts/tracking.ts'

export const restarts: Check = {
  name: 'restarts',
  about: 'exactly those pods restart whose inputs changed or who hold what is no longer right, as the plan, its JSON and drift say',
  async run(report, isQuick) {
    await onOneSite(report, isQuick)
    if (!isQuick) await notTrackedYet(report)
  },
}

async function onOneSite(report: Report, isQuick: boolean): Promise<void> {
  await using installation = await LabInstallation.applied()
  await report.line('to look costs one list of the pods, and seven lists in all', () => lists(installation))
  await staleReaders(report, installation, isQuick)
  if (!isQuick) await watchedReaders(report, installation)
  await declaredChanges(report, installation, isQuick)
}

async function lists(installation: LabInstallation): Promise<string> {
  const stop = await installation.lab.record()
  expectExit(await installation.plan(), 0)
  const { kubernetes } = await stop()
  const paths = kubernetes.filter(({ method }) => method === 'list').map(({ path }) => path.replace(/\?.*/, ''))
  expectSame(paths.filter((path) => path.endsWith('/pods')).length, 1)
  if (paths.length > 7) throw new Error(`${paths.length} lists:\n${paths.join('\n')}`)
  return `${paths.length} lists`
}
