import { join } from 'node:path'
import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../../support/installation.ts'
import { ChartRepository } from '../guideMade/chartRepository.ts'
import { chartWith, fileWith } from './fixtures.ts'

const NAME = 'spacelift-self-hosted'
const WARNING = /The chart’s version is not set: 0\.3\.0 is used/

const test = acceptance('a chart without a version in the file: the newest is installed, and the version in use is kept', async () => {
  const resources = new AsyncDisposableStack()
  const installation = resources.use(await LabInstallation.open())
  const repository = resources.use(await ChartRepository.open(installation))
  await repository.publish(join(installation.folder, 'chart'))
  const file = await fileWith(installation, 'unpinned', { repo: repository.url, name: NAME })
  return { installation, repository, file, [Symbol.asyncDispose]: () => resources.disposeAsync() }
})

test('from a repository: the first install uses the newest version and warns', async ({ installation, file }) => {
  expectText(expectExit(await installation.plan('-f', file), 2).stdout, WARNING)
  expectExit(await installation.apply('-f', file), 0)
})

test('a newer version is published: no changes', async ({ installation, repository, file }) => {
  await repository.publish(await chartWith(installation, 'newer', '0.4.0'))
  await expectUnchanged(installation, file)
})

test.full('the state is lost: no changes', async ({ installation, file }) => {
  await installation.deleteState()
  await expectUnchanged(installation, file)
})

test('the newer version is declared: the plan shows it, and the apply installs it', async ({ installation, repository }) => {
  const file = await fileWith(installation, 'declared', { repo: repository.url, name: NAME, version: '0.4.0' })
  expectText(expectExit(await installation.plan('-f', file), 2).stdout, /chart\.version +0\.3\.0 -> 0\.4\.0/)
  expectExit(await installation.apply('-f', file), 0)
})

test.full('from a registry (OCI): a newer version is pushed, no changes', async ({ installation }) => {
  const { REGISTRY = '', SSL_CERT_FILE = '' } = installation.lab.env
  const env = { SSL_CERT_FILE }
  await installation.helm('uninstall', 'spacelift', '--wait')
  await installation.deleteState()
  const file = await fileWith(installation, 'oci', { oci: `oci://${REGISTRY}/charts/${NAME}` })
  const push = await helmPush(installation)
  await push('chart', '0.3.0')
  expectExit(await installation.groundcrew(['apply', '--auto-approve', '-f', file], { env }), 0)
  await push('newer', '0.4.0')
  const { stdout } = expectExit(await installation.groundcrew(['plan', '--detailed-exitcode', '-f', file], { env }), 0)
  expectText(stdout, WARNING)
})

test.run()

async function expectUnchanged(installation: LabInstallation, file: string): Promise<void> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  expectText(stdout, WARNING)
}

/** Logs helm in to the lab's registry; returns what pushes a chart folder there. */
async function helmPush(installation: LabInstallation): Promise<(folder: string, version: string) => Promise<string>> {
  const { REGISTRY = '', REGISTRY_USERNAME = '', REGISTRY_PASSWORD = '' } = installation.lab.env
  const login = 'printf %s "$0" | HOME="$1" helm registry login "$2" --username "$3" --password-stdin'
  await installation.client('sh', '-c', login, REGISTRY_PASSWORD, installation.home, REGISTRY, REGISTRY_USERNAME)
  const push = 'cd "$0" && helm package "$1" && HOME="$2" helm push "$3" "oci://$4/charts"'
  return (folder, version) => {
    const args = [installation.lab.dir, join(installation.folder, folder), installation.home, `${NAME}-${version}.tgz`, REGISTRY]
    return installation.client('sh', '-c', push, ...args)
  }
}
