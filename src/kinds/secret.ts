import type { Installation, Reader, Resolved } from '../installation/installation.ts'
import { ENCRYPTION_KEY, type GuideValue, guideVariables, READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { canonicalJson, type FactMap, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import { present } from '../values/readResult.ts'
import { asBase64OfPem } from '../values/rsaKey.ts'
import { Sealed } from '../values/sealed.ts'
import { type Declared, type Desired, type Impact, type Kind, NO_IMPACT, type ReadContext, type Recorded } from './kind.ts'
import { converge, remove } from './secret/converge.ts'
import { assertDeletable, deleting, finalizerDifferences, finalizerFindings } from './secret/deletion.ts'
import { encryptionKey, existingEncryptionKey, replacedKeyImpact } from './secret/encryptionKey.ts'
import {
  type Basis,
  type Evidence,
  factsOf,
  fingerprints,
  type Material,
  placeOf,
  readFacts,
  type SecretChange,
  type SecretFacts,
  type SecretObservation,
  TYPE,
} from './secret/facts.ts'
import { observeReaders, outdatedSinceApply } from './secret/observeReaders.ts'
import { writersOfFields } from './shared/fieldWriters.ts'

/** The guide's three secrets with exactly its keys and those of `environment`: `secret/spacelift/spacelift-shared`. */
export const secret: Kind<SecretFacts, Material, Evidence, Basis> = {
  name: 'secret',
  holdsData: true,
  // The API server rejects a change of the type, and any change of an immutable secret.
  replaceOnly: ['/type', '/immutable'],
  encryptionKey,
  readFacts,
  declare: (resolved) => READERS.map((reader) => declareSecret(resolved, reader)),
  observe,
  desire,
  exposedTo: ({ keys }) => keys,
  impact,
  converge,
  bookkeep,
  remove,
}

function declareSecret({ installation, secrets }: Resolved, reader: Reader): Declared<Material> {
  const { namespace } = installation.kubernetes
  const name = SECRET_NAMES[reader]
  const variables = [...guideVariables(installation, reader)]
  const values = new Map(variables.map(([key, value]) => [key, contentOf(key, value, secrets)]))
  const origins = new Map(variables.map(([key, value]) => [pointer('keys', key), originOf(value, installation)]))
  return {
    address: address('secret', namespace, name),
    material: { namespace, name, values },
    after: [address('namespace', namespace)],
    origins: origins.set('', 'guide'),
  }
}

function contentOf(key: string, value: GuideValue, secrets: Resolved['secrets']): Sealed {
  if ('plain' in value) return Sealed.of(value.plain)
  const opened = secrets.get(value.secret.at)
  if (opened === undefined) throw new Error(`the reference at ${value.secret.at} was not opened`)
  return key === ENCRYPTION_KEY ? asBase64OfPem(opened) : opened
}

function originOf(value: GuideValue, { positions }: Installation): Position | 'guide' {
  const from = 'secret' in value ? value.secret.at : value.from
  return (from === undefined ? undefined : positions.get(from)) ?? 'guide'
}

async function observe(
  context: ReadContext,
  resource: Declared<Material> | Recorded<SecretFacts>,
  recorded = 'facts' in resource ? resource : undefined,
): Promise<SecretObservation> {
  const { namespace, name } = placeOf(resource.address)
  const read = await context.view.cluster.secret(namespace, name)
  if (read.is !== 'present') return read
  const live = read.value
  if (live.terminating) return { is: 'unknown', why: deleting(resource.address, live) }
  const facts = factsOf(resource.address, live, context.fingerprint)
  const outdated = context.includeUnmanaged && recorded ? await outdatedSinceApply(context, recorded, facts, live) : present([])
  if (outdated.is !== 'present') return outdated
  const unmanaged = context.includeUnmanaged ? [...outdated.value, ...finalizerDifferences(resource.address, live)] : []
  const by = writersOfFields(live.managedFields, POINTERS)
  return { is: 'present', facts, guard: live.resourceVersion, evidence: { live, recorded }, by, unmanaged }
}

/** The facts' pointers by the fields of a Secret. */
const POINTERS = { data: '/keys', type: '/type', immutable: '/immutable', 'metadata.annotations': '/annotations' }

async function desire(
  context: ReadContext,
  declared: Declared<Material>,
  observed: SecretObservation,
): Promise<Desired<SecretFacts, Basis>> {
  const { address, material } = declared
  const declaredKeys = fingerprints(address, material.values, context.fingerprint)
  const existing = existingEncryptionKey(declared, observed, declaredKeys)
  const facts = { type: TYPE, immutable: false, keys: { ...declaredKeys, ...existing.keep }, annotations: {} }
  if (observed.is !== 'present') return { facts, basis: { encryptionKeyDiffers: existing.differs, bookkeeping: undefined } }
  const { live, recorded } = observed.evidence
  if (live.type !== TYPE || live.immutable) assertDeletable(address, live)
  const keys = { liveKeys: observed.facts.keys, desiredKeys: facts.keys }
  const { outdatedReaders, bookkeeping } = await observeReaders(context, address, { live, recorded, ...keys })
  const basis = { encryptionKeyDiffers: existing.differs, bookkeeping }
  return { facts, basis, outdatedReaders, findings: finalizerFindings(address, live), ...(bookkeeping && { bookkeeping }) }
}

/** Which pods hold the values in the cluster is known only after all restarts of an apply. */
async function bookkeep(context: ReadContext, declared: Declared<Material>, recorded: Recorded<SecretFacts>): Promise<FactMap | undefined> {
  const observed = await observe({ ...context, includeUnmanaged: false }, declared, recorded)
  if (observed.is !== 'present' || canonicalJson(observed.facts.keys) !== canonicalJson(recorded.facts.keys)) return undefined
  const { live } = observed.evidence
  const keys = { liveKeys: observed.facts.keys, desiredKeys: observed.facts.keys }
  return (await observeReaders(context, declared.address, { live, recorded, ...keys, isAfterApply: true })).bookkeeping
}

function impact({ address, basis }: SecretChange): Impact {
  return basis.encryptionKeyDiffers ? replacedKeyImpact(address) : NO_IMPACT
}
