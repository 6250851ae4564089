import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import * as guide from './guide.ts'
import { expectSame, type LabInstallation } from './installation.ts'
import { must } from './run.ts'

/** What is really there, as other people's clients tell it; each throws unless it is as the guide has it. */

export async function releaseIsDeployed(site: LabInstallation): Promise<string> {
  const { info, version } = JSON.parse(await site.helm('status', 'spacelift', '-o', 'json')) as {
    info: { status: string }
    version: number
  }
  if (info.status !== 'deployed') throw new Error(`helm says ${info.status}`)
  return `revision ${version}`
}

/** Helm's values, but for the annotations that groundcrew adds to have readers restarted. */
export async function releaseHasOurValues(site: LabInstallation): Promise<string> {
  const found = JSON.parse(await site.helm('get', 'values', 'spacelift', '-o', 'json')) as Record<string, Record<string, unknown>>
  const bare = Object.entries(found).map(([part, { podAnnotations: _, ...rest }]) => [part, rest] as const)
  expectSame(Object.fromEntries(bare.filter(([, rest]) => Object.keys(rest).length > 0)), guide.values(site))
  return `${Object.keys(found).length} parts`
}

export async function podsAreReady(site: LabInstallation): Promise<string> {
  const { items } = JSON.parse(await site.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'json')) as { items: Pod[] }
  const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const ready = live.filter(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
  if (ready.length !== 9 || live.length !== 9) throw new Error(`${ready.length} of ${live.length} pods are Ready, expected 9`)
  return '9 pods Ready'
}

type Pod = { metadata: { deletionTimestamp?: string }; status: { conditions?: { type: string; status: string }[] } }

/** Pulls both images back whole; skopeo checks every blob against its digest. */
export async function imagesAreTheArchives(site: LabInstallation): Promise<string> {
  const digests = await Promise.all((['backend', 'launcher'] as const).map((name) => pulledBack(site, name)))
  return digests.map((digest) => digest.slice(0, 19)).join(', ')
}

async function pulledBack(site: LabInstallation, name: 'backend' | 'launcher'): Promise<string> {
  const folder = await mkdtemp(join(site.lab.dir, 'pulled-'))
  await site.client('skopeo', 'copy', '--quiet', `docker://${site.image(name)}`, `dir:${folder}`)
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as { config: { digest: string } }
  await rm(folder, { recursive: true })
  expectSame(manifest.config.digest, await archivedConfig(site, name))
  return manifest.config.digest
}

/** Digest of an image's config as it stands in the release archive. */
export async function archivedConfig(site: LabInstallation, name: 'backend' | 'launcher', version = 'v3.0.0'): Promise<string> {
  const archive = join(site.folder, `self-hosted-${version}.tar.gz`)
  const inner = `self-hosted-${version}/container-images/spacelift-${name}.tar`
  const entry = (path: string) => must(['sh', '-c', 'tar -xzOf "$1" "$2" | tar -xO "$3"', 'sh', archive, inner, path])
  const [{ Config } = { Config: '' }] = JSON.parse(await entry('manifest.json')) as { Config: string }[]
  return `sha256:${createHash('sha256')
    .update(await entry(Config))
    .digest('hex')}`
}

/** Versioning and rules of all eleven buckets, and no policy on any. */
export async function bucketsAreTheGuides(site: LabInstallation): Promise<string> {
  const found = await Promise.all(Object.keys(guide.buckets).map(async (name) => [name, await bucket(site, name)] as const))
  const wanted = Object.entries(guide.buckets).map(([name, { versioned, days }]) => [
    name,
    { versioned, rules: days === undefined ? [] : [days] },
  ])
  expectSame(Object.fromEntries(found), Object.fromEntries(wanted))
  return `${found.length} buckets`
}

async function bucket(site: LabInstallation, name: string): Promise<{ versioned: boolean; rules: unknown[] }> {
  const { versioning } = JSON.parse(await site.mc('version', 'info', `lab/${name}`)) as {
    versioning: { status?: string; ExcludedPrefixes?: string[] }
  }
  const rules = await rulesOf(site, name)
  const plain = rules.map(({ ID: _, Status, Expiration, ...rest }) => {
    const { Days, ...more } = Expiration ?? {}
    const isPlain = Status === 'Enabled' && isBare(rest) && isBare(more)
    return isPlain ? Days : { Status, Expiration, ...rest }
  })
  if (versioning.ExcludedPrefixes !== undefined) throw new Error(`${name} excludes ${versioning.ExcludedPrefixes} from versioning`)
  return { versioned: versioning.status === 'Enabled', rules: plain }
}

// mc spells "for all objects" as a filter of nothing.
const isBare = (rest: object): boolean =>
  Object.values(rest).every((value) => value === '' || (typeof value === 'object' && value !== null && isBare(value)))

export type Rule = { ID: string; Status: string; Expiration?: { Days?: number } & Record<string, unknown> } & Record<string, unknown>

/** The lifecycle rules of a bucket, as mc tells them; none when it has no configuration. */
export async function rulesOf(site: LabInstallation, name: string): Promise<Rule[]> {
  const answer = await site.mc('ilm', 'rule', 'ls', `lab/${name}`).catch((error: Error) => {
    if (/lifecycle configuration (does not exist|not set)|NoSuchLifecycle/i.test(error.message)) return '{}'
    throw error
  })
  return (JSON.parse(answer) as { config?: { Rules?: Rule[] } }).config?.Rules ?? []
}

/** Exactly the guide's keys and values, type Opaque, nothing left of it in an annotation. */
export async function secretsAreTheGuides(site: LabInstallation): Promise<string> {
  const wanted = await guide.secrets(site)
  const counts = await Promise.all(Object.entries(wanted).map(([name, texts]) => secretIs(site, name, texts)))
  return `${counts.reduce((sum, count) => sum + count, 0)} keys in ${counts.length} secrets`
}

async function secretIs(site: LabInstallation, name: string, texts: Record<string, string>): Promise<number> {
  const live = JSON.parse(await site.kubectl('get', 'secret', name, '-n', 'spacelift', '-o', 'json')) as LiveSecret
  const found = Object.fromEntries(Object.entries(live.data).map(([key, value]) => [key, decode(value)]))
  // The guide wants the key as base64 of the PEM; any spelling of that PEM's text is right.
  const key = found.ENCRYPTION_RSA_PRIVATE_KEY
  if (key !== undefined) found.ENCRYPTION_RSA_PRIVATE_KEY = decode(key).trimEnd()
  expectSame({ type: live.type, immutable: live.immutable, ...found }, { type: 'Opaque', ...texts })
  expectSame(Object.keys(live.metadata.annotations ?? {}), [])
  return Object.keys(found).length
}

type LiveSecret = { type: string; immutable?: boolean; data: Record<string, string>; metadata: { annotations?: Record<string, string> } }

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8')

/** Everything at once. */
export async function everythingIsTheGuides(site: LabInstallation): Promise<void> {
  const all = [releaseIsDeployed, releaseHasOurValues, podsAreReady, imagesAreTheArchives, bucketsAreTheGuides, secretsAreTheGuides]
  for (const look of all) await look(site)
}

/** Texts of all of Helm's records of the release, unpacked. */
export async function helmRecords(site: LabInstallation): Promise<string[]> {
  const list = JSON.parse(await site.kubectl('get', 'secrets', '-n', 'spacelift', '-l', 'owner=helm', '-o', 'json')) as {
    items: LiveSecret[]
  }
  return list.items.map(({ data }) => gunzipSync(Buffer.from(decode(data.release ?? ''), 'base64')).toString('utf8'))
}
