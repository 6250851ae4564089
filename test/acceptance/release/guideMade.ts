import { helm3 } from '../../../scripts/lab/helm3.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { podsOf, revision } from '../support/workloads.ts'
import { ChartRepository } from './guideMade/chartRepository.ts'
import { applyNamespaceAndSecrets, type BucketWay, deploy, makeBuckets, pushImages } from './guideMade/guideCommands.ts'

const STRIPPED = ['spacelift-drain', 'spacelift-server', 'spacelift-shared']

export const guideMade: Check = {
  name: 'guideMade',
  about: "an installation made with the guide's own commands: nothing to add or change but kubectl's copies of the secrets",
  async run(report, isQuick) {
    await made(report, 'mc commands', 'helm')
    if (!isQuick) await made(report, "the guide's OpenTofu values", await helm3())
  },
}

async function made(report: Report, buckets: BucketWay, helm: string): Promise<void> {
  await using installation = await LabInstallation.open()
  await using repository = await ChartRepository.open(installation)
  await repository.publish(`${installation.folder}/chart`)
  await pushImages(installation)
  await makeBuckets(installation, buckets)
  await applyNamespaceAndSecrets(installation)
  await deploy(installation, repository.url, helm)
  const version = (await installation.client(helm, 'version', '--short')).trim()
  const file = await installation.withEdits('repo', (it) =>
    it.setIn(['release', 'chart'], { repo: repository.url, name: 'spacelift-self-hosted', version: '0.3.0' }),
  )
  await report.line(`buckets by ${buckets}, kubectl apply, helm ${version}: the plan strips, and that is all`, () =>
    stripsOnly(installation, file),
  )
  await report.line('the apply of it restarts nothing and makes no revision', () => restartsNothing(installation, file))
  await report.line('the plan after it is empty', async () => lastLine(expectExit(await installation.plan('-f', file), 0).stdout))
  await report.line("all is the guide's, by other people's clients", async () => {
    await everythingMatchesGuide(installation)
    return undefined
  })
}

async function stripsOnly(installation: LabInstallation, file: string): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  const changes = [...stdout.matchAll(/^ {2}(\S+) (\S+\/\S+)/gm)].map(([, symbol, address]) => `${symbol} ${address}`)
  expectSame(
    changes.sort(),
    STRIPPED.map((name) => `~ secret/spacelift/${name}`),
  )
  expectText(stdout, /last-applied/)
  expectText(stdout, /^Plan: 0 to add, 3 to change, 0 to destroy\.\nRestarts: none\.\nData at risk: none\.$/m)
  return footer(stdout)
}

async function restartsNothing(installation: LabInstallation, file: string): Promise<string> {
  const [pods, before] = [await podsOf(installation), await revision(installation)]
  const { stdout } = expectExit(await installation.apply('-f', file), 0)
  expectSame([...(await podsOf(installation))], [...pods])
  expectSame(await revision(installation), before)
  return lastLine(stdout)
}

const footer = (text: string): string => text.trimEnd().split('\n').slice(-3).join(' ')

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''
