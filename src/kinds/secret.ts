import type { Installation, Reader, Resolved } from '../installation/installation.ts'
import { ENCRYPTION_KEY, type GuideValue, guideVariables, READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import type { Fingerprinter } from '../values/fingerprint.ts'
import { canonicalJson, type FactMap, isMap, type Json, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import { ProblemError } from '../values/problem.ts'
import { present } from '../values/readResult.ts'
import { asBase64OfPem, readRsaKey } from '../values/rsaKey.ts'
import { Sealed } from '../values/sealed.ts'
import type { LiveSecret } from '../world/ports/cluster.ts'
import {
  type ApplyContext,
  type Change,
  type Converged,
  type Declared,
  type Desired,
  type Impact,
  type Kind,
  NO_IMPACT,
  type Observation,
  type ReadContext,
  type Recorded,
} from './kind.ts'
import { deleting, finalizerFindings, refuseHeld, watchedFinalizers } from './secret/deletion.ts'
import { observeReaders, staleSince } from './secret/observeReaders.ts'
import type { Bookkeeping } from './secret/readers.ts'
import { valuesWrittenAt } from './secret/valuesWrittenAt.ts'
import { fieldWriters } from './shared/fieldWriters.ts'

export type SecretFacts = {
  readonly type: string
  readonly immutable: boolean
  /** Each key's fingerprint, `KEYID:HEX`. */
  readonly keys: { readonly [key: string]: string }
  /** The annotations that hold the values in clear. */
  readonly annotations: { readonly [name: string]: string }
}
type Material = { readonly namespace: string; readonly name: string; readonly values: ReadonlyMap<string, Sealed> }
/** The secret as it is, and what the state remembers of it. */
type Evidence = { readonly live: LiveSecret; readonly last: Recorded<SecretFacts> | undefined }
type Seen = Observation<SecretFacts, Evidence>
type Basis = { readonly otherEncryptionKey: boolean; readonly bookkeeping: Bookkeeping | undefined }
type SecretChange = Change<SecretFacts, Material, Evidence, Basis>

const TYPE = 'Opaque'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The guide's three secrets with exactly its keys and those of `environment`: `secret/spacelift/spacelift-shared`. */
export const secret: Kind<SecretFacts, Material, Evidence, Basis> = {
  name: 'secret',
  holdsData: true,
  // The API server refuses a change of the type, and any change of an immutable secret.
  replaceOnly: ['/type', '/immutable'],
  readFacts,
  declare,
  observe,
  desire: desire,
  exposedTo: ({ keys }) => keys,
  impact,
  converge,
  bookkeep,
  remove,
}

function readFacts(stored: Json): SecretFacts {
  if (isMap(stored) && typeof stored.type === 'string' && isMap(stored.keys)) return stored as SecretFacts
  const summary = 'The state holds a secret that this version of groundcrew cannot read.'
  throw new ProblemError({ code: 'state/unreadable', summary, remedy: 'Use the version of groundcrew that wrote the state.' })
}

function declare(resolved: Resolved): readonly Declared<Material>[] {
  return READERS.map((reader) => declareOne(resolved, reader))
}

function declareOne({ installation, secrets }: Resolved, reader: Reader): Declared<Material> {
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
  look: ReadContext,
  it: Declared<Material> | Recorded<SecretFacts>,
  last = 'facts' in it ? it : undefined,
): Promise<Seen> {
  const { namespace, name } = place(it)
  const read = await look.view.cluster.secret(namespace, name)
  if (read.is !== 'present') return read
  const live = read.value
  if (live.terminating) return { is: 'unknown', why: deleting(it.address, live) }
  const facts = factsOf(it, live, look.fingerprint)
  const watched = look.includeUnmanaged && last ? await staleSince(look, last, facts, live) : present([])
  if (watched.is !== 'present') return watched
  const by = fieldWriters(live.managedFields, POINTERS)
  const around = look.includeUnmanaged ? [...watched.value, ...watchedFinalizers(it.address, live)] : []
  return { is: 'present', facts, guard: live.resourceVersion, evidence: { live, last }, by, unmanaged: around }
}

/** How the API server names our facts in its managedFields. */
const POINTERS = { 'f:data': '/keys', 'f:type': '/type', 'f:immutable': '/immutable', 'f:metadata.f:annotations': '/annotations' }

function factsOf(it: { readonly address: Declared<Material>['address'] }, live: LiveSecret, fingerprint: Fingerprinter): SecretFacts {
  return {
    type: live.type,
    immutable: live.immutable,
    keys: fingerprints(it, live.data, fingerprint),
    annotations: live.annotations.includes(LAST_APPLIED) ? { [LAST_APPLIED]: 'holds the values in clear' } : {},
  }
}

function fingerprints(
  it: { readonly address: Declared<Material>['address'] },
  values: ReadonlyMap<string, Sealed>,
  fingerprint: Fingerprinter,
) {
  return Object.fromEntries([...values].map(([key, value]) => [key, fingerprint.of(it.address, key, value)]))
}

async function desire(look: ReadContext, it: Declared<Material>, seen: Seen): Promise<Desired<SecretFacts, Basis>> {
  const keys = fingerprints(it, it.material.values, look.fingerprint)
  const standing = existingEncryptionKey(it, seen, keys)
  const facts = { type: TYPE, immutable: false, keys: { ...keys, ...standing.keep }, annotations: {} }
  if (seen.is !== 'present') return { facts, basis: { otherEncryptionKey: standing.differs, bookkeeping: undefined } }
  const { live, last } = seen.evidence
  if (live.type !== TYPE || live.immutable) refuseHeld(it.address, live)
  const { stale, bookkeeping } = await observeReaders(look, it.address, { live, last, is: seen.facts.keys, willBe: facts.keys })
  const basis = { otherEncryptionKey: standing.differs, bookkeeping }
  return { facts, basis, outdatedReaders: stale, findings: finalizerFindings(it.address, live), ...(bookkeeping && { bookkeeping }) }
}

/** Known only now that all is done: whose pods hold the values that are there. */
async function bookkeep(look: ReadContext, it: Declared<Material>, last: Recorded<SecretFacts>): Promise<FactMap | undefined> {
  const seen = await observe({ ...look, includeUnmanaged: false }, it, last)
  if (seen.is !== 'present' || canonicalJson(seen.facts.keys) !== canonicalJson(last.facts.keys)) return undefined
  const { keys } = seen.facts
  return (await observeReaders(look, it.address, { live: seen.evidence.live, last, is: keys, willBe: keys, isAfterApply: true }))
    .bookkeeping
}

/** The encryption key that is there: the same key in another spelling stays as it is, another key is never replaced unasked. */
function existingEncryptionKey(
  it: Declared<Material>,
  seen: Seen,
  keys: SecretFacts['keys'],
): { keep: SecretFacts['keys']; differs: boolean } {
  const live = seen.is === 'present' ? seen.evidence.live.data.get(ENCRYPTION_KEY) : undefined
  const ours = it.material.values.get(ENCRYPTION_KEY)
  if (seen.is !== 'present' || live === undefined || ours === undefined || live.isEmpty()) return { keep: {}, differs: false }
  const shown = seen.facts.keys[ENCRYPTION_KEY]
  if (shown === undefined || shown === keys[ENCRYPTION_KEY]) return { keep: {}, differs: false }
  const [standing, declared] = [readRsaKey(live), readRsaKey(ours)]
  const same = typeof standing === 'object' && typeof declared === 'object' && standing.spkiSha256 === declared.spkiSha256
  return same ? { keep: { [ENCRYPTION_KEY]: shown }, differs: false } : { keep: {}, differs: true }
}

function impact({ address: where, basis }: SecretChange): Impact {
  if (!basis.otherEncryptionKey) return NO_IMPACT
  const what = 'what the database holds is encrypted with the key that is there now, and nobody can read it without that key'
  const refusal = {
    code: 'secret/encryption-key-differs',
    summary: `The encryption key in ${where} is another one than the file's.`,
    detail: `Replacing it loses data for ever: ${what}.`,
    remedy: 'Name the right key in encryption.rsaPrivateKey. Only for a database that may be lost: --replace-encryption-key.',
    consent: '--replace-encryption-key',
  }
  return { ...NO_IMPACT, dataAtRisk: [{ address: where, what }], refusals: [refusal] }
}

async function converge(work: ApplyContext, change: SecretChange): Promise<Converged<SecretFacts>> {
  const { namespace, name, values } = change.declared.material
  const { cluster } = work.world
  await work.assertLockHeld()
  const { bookkeeping } = change.basis
  if (change.observed.is !== 'present') {
    const { resourceVersion, managedFields } = await cluster.createSecret(namespace, name, TYPE, values)
    // Without the secret no container starts: whoever starts from now on holds what was made.
    const at = valuesWrittenAt(managedFields)
    return { facts: change.desired, guard: resourceVersion, ...(at && { bookkeeping: { at, readers: {} } }) }
  }
  const guard = change.observed.evidence.live
  if (change.action === 'replace') return { ...(await replace(work, change, guard)), ...(bookkeeping && { bookkeeping }) }
  const edit = { ...editOf(change), dataIsMissing: guard.data.size === 0 }
  const { resourceVersion } = await cluster.patchSecret(namespace, name, guard, edit)
  return { facts: change.desired, guard: resourceVersion, ...(bookkeeping && { bookkeeping }) }
}

/** Deleted and made anew; between the two a crash is met by the next apply, which finds it absent. */
async function replace(work: ApplyContext, { declared, desired: wanted, observed: seen }: SecretChange, guard: LiveSecret) {
  const { namespace, name, values } = declared.material
  const kept = new Map(values)
  // The same key in another spelling stays as it is, also through a replacement.
  const standing = guard.data.get(ENCRYPTION_KEY)
  if (standing !== undefined && seen.is === 'present' && wanted.keys[ENCRYPTION_KEY] === seen.facts.keys[ENCRYPTION_KEY])
    kept.set(ENCRYPTION_KEY, standing)
  await work.world.cluster.deleteSecret(namespace, name, guard)
  await work.assertLockHeld()
  const { resourceVersion } = await work.world.cluster.createSecret(namespace, name, TYPE, kept)
  return { facts: wanted, guard: resourceVersion }
}

function editOf({ edits, declared }: SecretChange) {
  const set = new Map<string, Sealed>()
  const unset: string[] = []
  const unannotate: string[] = []
  for (const { pointer: where, to } of edits) {
    const [, part, name = ''] = where.split('/').map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))
    const value = declared.material.values.get(name)
    if (part === 'annotations') unannotate.push(name)
    else if (part === 'keys' && to === undefined) unset.push(name)
    else if (part === 'keys' && value !== undefined) set.set(name, value)
  }
  return { set, unset, unannotate }
}

async function remove(work: ApplyContext, it: Recorded<SecretFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  const { namespace, name } = place(it)
  await work.assertLockHeld()
  await work.world.cluster.deleteSecret(namespace, name, seen.evidence.live)
}

function place(it: Declared<Material> | Recorded<SecretFacts>): { namespace: string; name: string } {
  const [, namespace = '', name = ''] = it.address.split('/')
  return { namespace, name }
}
