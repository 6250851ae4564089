import { helm3 } from '../../../scripts/lab/helm3.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { lastLine } from '../support/output.ts'
import { podsOf, releaseRevision } from '../support/workloads.ts'
import { ChartRepository } from './guideMade/chartRepository.ts'
import { type BucketSource, installFrom } from './guideMade/guideCommands.ts'
import { expectEmptyPlan } from './restarts/applyWithRestarts.ts'

const SECRETS = ['spacelift-drain', 'spacelift-server', 'spacelift-shared']

madeWith('mc commands', 'Helm 4')
madeWith("the guide's OpenTofu values", 'Helm 3')

function madeWith(buckets: BucketSource, helmVersion: 'Helm 3' | 'Helm 4'): void {
  const suite = acceptance(`an installation made with the guide's commands: buckets by ${buckets}, kubectl apply, ${helmVersion}`, open)
  const test = helmVersion === 'Helm 4' ? suite : suite.full

  async function open() {
    const resources = new AsyncDisposableStack()
    const installation = resources.use(await LabInstallation.open())
    const repository = resources.use(await ChartRepository.open(installation))
    const helm = helmVersion === 'Helm 4' ? 'helm' : await helm3()
    await installFrom(installation, repository, { buckets, helm })
    expectText(await installation.client(helm, 'version', '--short'), helmVersion.replace('Helm ', 'v'))
    const chart = { repo: repository.url, name: 'spacelift-self-hosted', version: '0.3.0' }
    const file = await installation.withEdits('repo', (document) => document.setIn(['release', 'chart'], chart))
    return { installation, file, [Symbol.asyncDispose]: () => resources.disposeAsync() }
  }

  test("the plan removes kubectl's copies of the secrets and nothing else", ({ installation, file }) =>
    onlySecretCopies(installation, file))

  test('the apply restarts nothing and creates no revision', async ({ installation, file }) => {
    const [pods, before] = [await podsOf(installation), await releaseRevision(installation)]
    const { stdout } = expectExit(await installation.apply('-f', file), 0)
    expectSame([...(await podsOf(installation))], [...pods])
    expectSame(await releaseRevision(installation), before)
    return lastLine(stdout)
  })

  test('the next plan is empty', ({ installation, file }) => expectEmptyPlan(installation, file))

  test("everything is the guide's, according to other clients", ({ installation }) => everythingMatchesGuide(installation))

  suite.run()
}

async function onlySecretCopies(installation: LabInstallation, file: string): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  const changes = [...stdout.matchAll(/^ {2}(\S+) (\S+\/\S+)/gm)].map(([, symbol, address]) => `${symbol} ${address}`)
  expectSame(
    changes.sort(),
    SECRETS.map((name) => `~ secret/spacelift/${name}`),
  )
  expectText(stdout, /last-applied/)
  expectText(stdout, /^Plan: 0 to add, 3 to change, 0 to destroy\.\nRestarts: none\.\nData at risk: none\.$/m)
  return stdout.trimEnd().split('\n').slice(-3).join(' ')
}
