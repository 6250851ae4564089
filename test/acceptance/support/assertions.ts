import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as guide from './guide.ts'
import { expectSame, type LabInstallation } from './installation.ts'
import { runOk } from './run.ts'

/** The live installation as kubectl, helm, mc and skopeo report it; each function throws unless it matches the guide. */

export async function releaseIsDeployed(installation: LabInstallation): Promise<string> {
  const { info, version } = JSON.parse(await installation.helm('status', 'spacelift', '-o', 'json')) as {
    info: { status: string }
    version: number
  }
  if (info.status !== 'deployed') throw new Error(`helm reports ${info.status}`)
  return `revision ${version}`
}

/** Helm's values, except for the annotations with which groundcrew restarts the readers of a secret. */
export async function releaseHasGuideValues(installation: LabInstallation): Promise<string> {
  const actual = JSON.parse(await installation.helm('get', 'values', 'spacelift', '-o', 'json')) as Record<string, Record<string, unknown>>
  const bare = Object.entries(actual).map(([part, { podAnnotations: _, ...rest }]) => [part, rest] as const)
  expectSame(Object.fromEntries(bare.filter(([, rest]) => Object.keys(rest).length > 0)), guide.values(installation))
  return `${Object.keys(actual).length} parts`
}

export async function podsAreReady(installation: LabInstallation): Promise<string> {
  const { items } = JSON.parse(await installation.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'json')) as { items: Pod[] }
  const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const ready = live.filter(({ status }) => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
  if (ready.length !== 9 || live.length !== 9) throw new Error(`${ready.length} of ${live.length} pods are Ready, expected 9`)
  return '9 pods Ready'
}

type Pod = { metadata: { deletionTimestamp?: string }; status: { conditions?: { type: string; status: string }[] } }

/** Pulls both images completely; skopeo checks every blob against its digest. */
export async function imagesMatchArchives(installation: LabInstallation): Promise<string> {
  const digests = await Promise.all((['backend', 'launcher'] as const).map((name) => pulledDigest(installation, name)))
  return digests.map((digest) => digest.slice(0, 19)).join(', ')
}

async function pulledDigest(installation: LabInstallation, name: 'backend' | 'launcher'): Promise<string> {
  const folder = await mkdtemp(join(installation.lab.dir, 'pulled-'))
  await installation.client('skopeo', 'copy', '--quiet', `docker://${installation.image(name)}`, `dir:${folder}`)
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { digest: string } }
  await rm(folder, { recursive: true })
  expectSame(manifest.config.digest, await archivedConfigDigest(installation, name))
  return manifest.config.digest
}

/** Digest of an image's config in the release archive. */
export async function archivedConfigDigest(
  installation: LabInstallation,
  name: 'backend' | 'launcher',
  version = 'v3.0.0',
): Promise<string> {
  const archive = join(installation.folder, `self-hosted-${version}.tar.gz`)
  const inner = `self-hosted-${version}/container-images/spacelift-${name}.tar`
  const entry = (path: string) => runOk(['sh', '-c', 'tar -xzOf "$1" "$2" | tar -xO "$3"', 'sh', archive, inner, path])
  const [{ Config } = { Config: '' }] = JSON.parse(await entry('manifest.json')) as { Config: string }[]
  return `sha256:${createHash('sha256')
    .update(await entry(Config))
    .digest('hex')}`
}

/** Versioning and rules of all eleven buckets, and no policy on any. */
export async function bucketsMatchGuide(installation: LabInstallation): Promise<string> {
  const actual = await Promise.all(Object.keys(guide.buckets).map(async (name) => [name, await bucket(installation, name)] as const))
  const expected = Object.entries(guide.buckets).map(([name, { versioned, days }]) => [
    name,
    { versioned, rules: days === undefined ? [] : [days] },
  ])
  expectSame(Object.fromEntries(actual), Object.fromEntries(expected))
  return `${actual.length} buckets`
}

async function bucket(installation: LabInstallation, name: string): Promise<{ versioned: boolean; rules: unknown[] }> {
  const { versioning } = JSON.parse(await installation.mc('version', 'info', `lab/${name}`)) as {
    versioning: { status?: string; ExcludedPrefixes?: string[] }
  }
  const rules = await lifecycleRules(installation, name)
  const plain = rules.map(({ ID: _, Status, Expiration, ...rest }) => {
    const { Days, ...more } = Expiration ?? {}
    const isPlain = Status === 'Enabled' && isBare(rest) && isBare(more)
    return isPlain ? Days : { Status, Expiration, ...rest }
  })
  if (versioning.ExcludedPrefixes !== undefined) throw new Error(`${name} excludes ${versioning.ExcludedPrefixes} from versioning`)
  return { versioned: versioning.status === 'Enabled', rules: plain }
}

// mc writes "for all objects" as an empty filter.
const isBare = (rest: object): boolean =>
  Object.values(rest).every((value) => value === '' || (typeof value === 'object' && value !== null && isBare(value)))

export type Rule = { ID: string; Status: string; Expiration?: { Days?: number } & Record<string, unknown> } & Record<string, unknown>

/** The lifecycle rules of a bucket as mc shows them; none when it has no configuration. */
export async function lifecycleRules(installation: LabInstallation, name: string): Promise<Rule[]> {
  const output = await installation.mc('ilm', 'rule', 'ls', `lab/${name}`).catch((error: Error) => {
    if (/lifecycle configuration (does not exist|not set)|NoSuchLifecycle/i.test(error.message)) return '{}'
    throw error
  })
  return (JSON.parse(output) as { config?: { Rules?: Rule[] } }).config?.Rules ?? []
}

/** Exactly the guide's keys and values, type Opaque, no annotation that repeats them. */
export async function secretsMatchGuide(installation: LabInstallation): Promise<string> {
  const expected = await guide.secrets(installation)
  const counts = await Promise.all(Object.entries(expected).map(([name, texts]) => secretIs(installation, name, texts)))
  return `${counts.reduce((sum, count) => sum + count, 0)} keys in ${counts.length} secrets`
}

async function secretIs(installation: LabInstallation, name: string, texts: Record<string, string>): Promise<number> {
  const live = JSON.parse(await installation.kubectl('get', 'secret', name, '-n', 'spacelift', '-o', 'json')) as LiveSecret
  const actual = Object.fromEntries(Object.entries(live.data).map(([key, value]) => [key, decode(value)]))
  // The guide declares the key as base64 of the PEM; a final newline of the PEM makes no difference.
  const key = actual.ENCRYPTION_RSA_PRIVATE_KEY
  if (key !== undefined) actual.ENCRYPTION_RSA_PRIVATE_KEY = decode(key).trimEnd()
  expectSame({ type: live.type, immutable: live.immutable, ...actual }, { type: 'Opaque', ...texts })
  expectSame(Object.keys(live.metadata.annotations ?? {}), [])
  return Object.keys(actual).length
}

type LiveSecret = { type: string; immutable?: boolean; data: Record<string, string>; metadata: { annotations?: Record<string, string> } }

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8')

/** All of the above. */
export async function everythingMatchesGuide(installation: LabInstallation): Promise<void> {
  const assertions = [releaseIsDeployed, releaseHasGuideValues, podsAreReady, imagesMatchArchives, bucketsMatchGuide, secretsMatchGuide]
  for (const assertion of assertions) await assertion(installation)
}

/** The texts of all of Helm's records of the release, decompressed. */
export async function helmRecords(installation: LabInstallation): Promise<string[]> {
  const list = JSON.parse(await installation.kubectl('get', 'secrets', '-n', 'spacelift', '-l', 'owner=helm', '-o', 'json')) as {
    items: LiveSecret[]
  }
  return list.items.map(({ data }) => gunzipSync(Buffer.from(decode(data.release ?? ''), 'base64')).toString('utf8'))
}
