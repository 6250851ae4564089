import { join } from 'node:path'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { ChartRepository } from '../guideMade/chartRepository.ts'
import { chartWith, fileWith } from './fixtures.ts'

const NAME = 'spacelift-self-hosted'
const WARNING = /The chart’s version is not named: 0\.3\.0 is used/

export async function unpinnedInRepository(report: Report, installation: LabInstallation): Promise<void> {
  await using repository = await ChartRepository.open(installation)
  await repository.publish(join(installation.folder, 'chart'))
  const file = await fileWith(installation, 'unpinned', { repo: repository.url, name: NAME })
  await report.line('a repository, no version named: the first install takes the newest, and says that nobody named it', () =>
    newest(installation, file),
  )
  await repository.publish(await chartWith(installation, 'newer', '0.4.0'))
  await report.line('a newer one is published: nothing changes', () => stays(installation, file))
  await report.line('nor when the state is lost', async () => {
    await installation.deleteState()
    return stays(installation, file)
  })
  await report.line('the newer one is named: the plan says so, and the apply takes it', async () => {
    const named = await fileWith(installation, 'named', { repo: repository.url, name: NAME, version: '0.4.0' })
    expectText(expectExit(await installation.plan('-f', named), 2).stdout, /chart\.version +0\.3\.0 -> 0\.4\.0/)
    expectExit(await installation.apply('-f', named), 0)
    return undefined
  })
}

/** The lab's registry, as `helm push` fills it. */
export async function unpinnedInRegistry(report: Report, installation: LabInstallation): Promise<void> {
  const { REGISTRY = '', REGISTRY_USERNAME = '', REGISTRY_PASSWORD = '', SSL_CERT_FILE = '' } = installation.lab.env
  const env = { SSL_CERT_FILE }
  await report.line('a registry (OCI), no version named: the version in use stays', async () => {
    await installation.helm('uninstall', 'spacelift', '--wait')
    await installation.deleteState()
    const login = 'printf %s "$0" | HOME="$1" helm registry login "$2" --username "$3" --password-stdin'
    await installation.client('sh', '-c', login, REGISTRY_PASSWORD, installation.home, REGISTRY, REGISTRY_USERNAME)
    const push = 'cd "$0" && helm package "$1" && HOME="$2" helm push "$3" "oci://$4/charts"'
    const file = await fileWith(installation, 'oci', { oci: `oci://${REGISTRY}/charts/${NAME}` })
    await installation.client(
      'sh',
      '-c',
      push,
      installation.lab.dir,
      join(installation.folder, 'chart'),
      installation.home,
      `${NAME}-0.3.0.tgz`,
      REGISTRY,
    )
    expectExit(await installation.groundcrew(['apply', '--auto-approve', '-f', file], { env }), 0)
    await installation.client(
      'sh',
      '-c',
      push,
      installation.lab.dir,
      join(installation.folder, 'newer'),
      installation.home,
      `${NAME}-0.4.0.tgz`,
      REGISTRY,
    )
    const { stdout } = expectExit(await installation.groundcrew(['plan', '--detailed-exitcode', '-f', file], { env }), 0)
    expectText(stdout, WARNING)
    return undefined
  })
}

async function newest(installation: LabInstallation, file: string): Promise<undefined> {
  expectText(expectExit(await installation.plan('-f', file), 2).stdout, WARNING)
  expectExit(await installation.apply('-f', file), 0)
  return undefined
}

async function stays(installation: LabInstallation, file: string): Promise<undefined> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  expectText(stdout, WARNING)
  return undefined
}
