import { join } from 'node:path'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { ChartRepository } from '../guideMade/chartRepository.ts'
import { chartWith, fileWith } from './fixtures.ts'

const NAME = 'spacelift-self-hosted'
const WARNING = /The chart’s version is not named: 0\.3\.0 is used/

export async function unpinnedInRepository(report: Report, site: LabInstallation): Promise<void> {
  await using repository = await ChartRepository.open(site)
  await repository.publish(join(site.folder, 'chart'))
  const file = await fileWith(site, 'unpinned', { repo: repository.url, name: NAME })
  await report.line('a repository, no version named: the first install takes the newest, and says that nobody named it', () =>
    newest(site, file),
  )
  await repository.publish(await chartWith(site, 'newer', '0.4.0'))
  await report.line('a newer one is published: nothing changes', () => stays(site, file))
  await report.line('nor when the state is lost', async () => {
    await site.deleteState()
    return stays(site, file)
  })
  await report.line('the newer one is named: the plan says so, and the apply takes it', async () => {
    const named = await fileWith(site, 'named', { repo: repository.url, name: NAME, version: '0.4.0' })
    expectText(expectExit(await site.plan('-f', named), 2).stdout, /chart\.version +0\.3\.0 -> 0\.4\.0/)
    expectExit(await site.apply('-f', named), 0)
    return undefined
  })
}

/** The lab's registry, as `helm push` fills it. */
export async function unpinnedInRegistry(report: Report, site: LabInstallation): Promise<void> {
  const { REGISTRY = '', REGISTRY_USERNAME = '', REGISTRY_PASSWORD = '', SSL_CERT_FILE = '' } = site.lab.env
  const env = { SSL_CERT_FILE }
  await report.line('a registry (OCI), no version named: the version in use stays', async () => {
    await site.helm('uninstall', 'spacelift', '--wait')
    await site.deleteState()
    const login = 'printf %s "$0" | HOME="$1" helm registry login "$2" --username "$3" --password-stdin'
    await site.client('sh', '-c', login, REGISTRY_PASSWORD, site.home, REGISTRY, REGISTRY_USERNAME)
    const push = 'cd "$0" && helm package "$1" && HOME="$2" helm push "$3" "oci://$4/charts"'
    const file = await fileWith(site, 'oci', { oci: `oci://${REGISTRY}/charts/${NAME}` })
    await site.client('sh', '-c', push, site.lab.dir, join(site.folder, 'chart'), site.home, `${NAME}-0.3.0.tgz`, REGISTRY)
    expectExit(await site.groundcrew(['apply', '--auto-approve', '-f', file], { env }), 0)
    await site.client('sh', '-c', push, site.lab.dir, join(site.folder, 'newer'), site.home, `${NAME}-0.4.0.tgz`, REGISTRY)
    const { stdout } = expectExit(await site.groundcrew(['plan', '--detailed-exitcode', '-f', file], { env }), 0)
    expectText(stdout, WARNING)
    return undefined
  })
}

async function newest(site: LabInstallation, file: string): Promise<undefined> {
  expectText(expectExit(await site.plan('-f', file), 2).stdout, WARNING)
  expectExit(await site.apply('-f', file), 0)
  return undefined
}

async function stays(site: LabInstallation, file: string): Promise<undefined> {
  const { stdout } = expectExit(await site.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  expectText(stdout, WARNING)
  return undefined
}
