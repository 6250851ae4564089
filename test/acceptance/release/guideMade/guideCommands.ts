import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import * as guide from '../../support/guide.ts'
import type { LabInstallation } from '../../support/installation.ts'
import { runOk } from '../../support/run.ts'
import { ChartRepository } from './chartRepository.ts'

export type BucketSource = 'mc commands' | "the guide's OpenTofu values"

export type GuideOptions = {
  readonly buckets?: BucketSource
  /** The program of any version. */
  readonly helm?: string
  /** For helm, besides the guide's own. */
  readonly flags?: readonly string[]
}

/** Installs with the guide's own commands, in its order. */
export async function installByGuide(installation: LabInstallation, options: GuideOptions = {}): Promise<void> {
  await using repository = await ChartRepository.open(installation)
  await installFrom(installation, repository, options)
}

/** The same from a chart repository that stays open. */
export async function installFrom(
  installation: LabInstallation,
  repository: ChartRepository,
  { buckets = 'mc commands', helm = 'helm', flags = [] }: GuideOptions = {},
): Promise<void> {
  await repository.publish(join(installation.folder, 'chart'))
  await pushImages(installation)
  await createBuckets(installation, buckets)
  await applyNamespaceAndSecrets(installation)
  await deploy(installation, repository.url, helm, flags)
}

/** `docker load`, `tag` and `push`: skopeo does the same without a daemon. */
async function pushImages(installation: LabInstallation): Promise<void> {
  const folder = await mkdtemp(join(installation.lab.dir, 'unpacked-'))
  await runOk(['tar', '-xzf', join(installation.folder, 'self-hosted-v3.0.0.tar.gz'), '-C', folder])
  for (const name of ['backend', 'launcher'] as const) {
    const tar = join(folder, `self-hosted-v3.0.0/container-images/spacelift-${name}.tar`)
    await installation.client('skopeo', 'copy', '--quiet', `docker-archive:${tar}`, `docker://${installation.image(name)}`)
  }
}

/** Buckets, versioning and rules; the rules' ids are mc's own, or those of the guide's OpenTofu code. */
async function createBuckets(installation: LabInstallation, source: BucketSource): Promise<void> {
  for (const [name, { versioned, days }] of Object.entries(guide.buckets)) {
    await installation.mc('mb', `lab/${name}`)
    if (versioned) await installation.mc('version', 'enable', `lab/${name}`)
    if (days === undefined) continue
    if (source === 'mc commands') await installation.mc('ilm', 'rule', 'add', '--expire-days', String(days), `lab/${name}`)
    else await importRule(installation, name, days)
  }
}

async function importRule(installation: LabInstallation, name: string, days: number): Promise<void> {
  const rule = {
    ID: `expire-after-${days}-day${days === 1 ? '' : 's'}`,
    Status: 'Enabled',
    Expiration: { Days: days },
    Filter: { Prefix: '' },
  }
  await installation.client('sh', '-c', 'printf %s "$0" | mc ilm rule import "$1"', JSON.stringify({ Rules: [rule] }), `lab/${name}`)
}

/** The namespace and the three secrets by `kubectl apply`: the guide's YAML, with quotes around true and false, which are no strings. */
async function applyNamespaceAndSecrets(installation: LabInstallation): Promise<void> {
  const script = 'kubectl create namespace spacelift --dry-run=client -o yaml | kubectl apply -f -'
  await installation.client('sh', '-c', script)
  for (const [name, texts] of Object.entries(await guide.secrets(installation))) {
    const lines = Object.entries(texts).map(([key, text]) => `  ${key}: ${yamlValue(key, text)}`)
    const head = ['apiVersion: v1', 'kind: Secret', 'metadata:', `  name: ${name}`, '  namespace: spacelift', 'type: Opaque', 'stringData:']
    await installation.client('sh', '-c', 'printf "%s\n" "$0" | kubectl apply -f -', [...head, ...lines].join('\n'))
  }
}

function yamlValue(key: string, text: string): string {
  if (key === 'ENCRYPTION_RSA_PRIVATE_KEY') return Buffer.from(`${text}\n`).toString('base64')
  return text === '' || text === 'true' || text === 'false' ? JSON.stringify(text) : text
}

async function deploy(installation: LabInstallation, repo: string, helm: string, flags: readonly string[]): Promise<void> {
  const { shared, server, drain } = guide.values(installation)
  const values = [
    `shared.serverHostname=${shared.serverHostname}`,
    `shared.image=${shared.image}`,
    `shared.secretRef=${shared.secretRef}`,
    `server.secretRef=${server.secretRef}`,
    `drain.secretRef=${drain.secretRef}`,
  ]
  const command = `upgrade --repo ${repo} --wait --timeout 20m --install -n spacelift spacelift spacelift-self-hosted`
  await installation.client(helm, ...command.split(' '), ...flags, ...values.flatMap((value) => ['--set', value]))
}
