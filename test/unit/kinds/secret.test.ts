import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, Declared, Edit, Observation, ReadContext } from '../../../src/kinds/kind.ts'
import { type SecretFacts, secret } from '../../../src/kinds/secret.ts'
import { decide } from '../../../src/plan/decide.ts'
import { address } from '../../../src/values/address.ts'
import { Fingerprinter } from '../../../src/values/fingerprint.ts'
import { asBase64OfPem } from '../../../src/values/rsaKey.ts'
import { Sealed } from '../../../src/values/sealed.ts'
import type { LiveSecret, SecretEdit } from '../../../src/world/ports/cluster.ts'

const pem = (type: 'pkcs1' | 'pkcs8', key = pair) => Sealed.of(key.export({ type, format: 'pem' }) as string)
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const fingerprint = Fingerprinter.fromPrivateKey(pem('pkcs8'))
const KEY = 'ENCRYPTION_RSA_PRIVATE_KEY'
const values = new Map([
  ['A', Sealed.of('1')],
  [KEY, asBase64OfPem(pem('pkcs8'))],
])
const declared: Declared<{ namespace: string; name: string; values: ReadonlyMap<string, Sealed> }> = {
  address: address('secret', 'ns', 'shared'),
  material: { namespace: 'ns', name: 'shared', values },
  after: [],
  origins: new Map(),
}
type Live = Partial<Omit<LiveSecret, 'data'>> & { data: Record<string, Sealed> }

/** Looks at a live secret and plans it; what converge sends is kept. */
async function planned(live: Live) {
  const sent: unknown[] = []
  const found: LiveSecret = {
    ...{
      uid: 'u',
      resourceVersion: '7',
      type: 'Opaque',
      immutable: false,
      terminating: false,
      finalizers: [],
      annotations: [],
      managedFields: [],
    },
    ...live,
    data: new Map(Object.entries(live.data)),
  }
  const cluster = {
    secret: async () => ({ is: 'present' as const, value: found }),
    pods: async () => ({ is: 'present' as const, value: [] }),
    patchSecret: async (...[, , guard, edit]: [string, string, LiveSecret, SecretEdit]) => {
      sent.push({ at: guard.resourceVersion, set: [...edit.set.keys()], unset: edit.unset, unannotate: edit.unannotate })
      return { uid: 'u', resourceVersion: '8' }
    },
    deleteSecret: async () => void sent.push('deleted'),
    createSecret: async (_namespace: string, _name: string, type: string, data: ReadonlyMap<string, Sealed>) => {
      sent.push({ created: type, keys: [...data.keys()] })
      return { uid: 'v', resourceVersion: '9' }
    },
  }
  const look = { view: { cluster }, fingerprint } as unknown as ReadContext
  const seen = (await secret.observe(look, declared)) as Observation<SecretFacts, { live: LiveSecret; last: undefined }> & { is: 'present' }
  const { facts, basis, findings } = await secret.desire(look, declared, seen, {
    exposedTo: () => ({}),
    changes: () => false,
    outdatedReaders: () => new Map(),
  })
  const decision = decide({ desired: facts, observed: seen, last: undefined, origins: new Map(), replaceOnly: secret.replaceOnly })
  const change = {
    address: declared.address,
    action: decision.action as 'update',
    edits: decision.edits,
    declared,
    desired: facts,
    basis,
    observed: seen,
  }
  const work = { world: { cluster }, assertLockHeld: async () => void sent.push('assertLockHeld') } as unknown as ApplyContext
  return {
    action: decision.action,
    edits: decision.edits,
    findings,
    impact: secret.impact(change),
    apply: async () => secret.converge(work, change),
    sent,
  }
}

test('a secret with exactly the wanted values is left alone', async () => {
  assert.is((await planned({ data: Object.fromEntries(values) })).action, 'adopt')
})

test('only the keys that differ are written, others’ keys and the leak of kubectl apply are removed, at the version that was seen', async () => {
  const leak = 'kubectl.kubernetes.io/last-applied-configuration'
  const it = await planned({
    data: { A: Sealed.of('changed'), [KEY]: values.get(KEY) as Sealed, FOREIGN: Sealed.of('x') },
    annotations: [leak, 'mine'],
  })
  assert.equal(fields(it.edits), [`/annotations/${leak.replace('/', '~1')}`, '/keys/A', '/keys/FOREIGN'])
  await it.apply()
  assert.equal(it.sent, ['assertLockHeld', { at: '7', set: ['A'], unset: ['FOREIGN'], unannotate: [leak] }])
})

test('the same encryption key in another spelling stays as it is', async () => {
  for (const spelling of [pem('pkcs1'), pem('pkcs8'), asBase64OfPem(pem('pkcs1'))]) {
    const it = await planned({ data: { A: Sealed.of('1'), [KEY]: spelling } })
    assert.is(it.action, 'adopt')
  }
})

test('another encryption key is refused, naming what would be lost and the flag', async () => {
  const it = await planned({ data: { A: Sealed.of('1'), [KEY]: asBase64OfPem(pem('pkcs8', other)) } })
  assert.equal(fields(it.edits), [`/keys/${KEY}`])
  assert.is(it.impact.refusals[0]?.consent, '--replace-encryption-key')
  assert.is(it.impact.dataAtRisk.length, 1)
})

test('another type, or an immutable secret, means a replacement under the guard', async () => {
  for (const live of [{ type: 'kubernetes.io/tls' }, { immutable: true }]) {
    const it = await planned({ ...live, data: Object.fromEntries(values) })
    assert.is(it.action, 'replace')
    await it.apply()
    assert.equal(it.sent, ['assertLockHeld', 'deleted', 'assertLockHeld', { created: 'Opaque', keys: ['A', KEY] }])
  }
})

/** What a look tells of a secret that holds what it should, but is not as it should otherwise. */
async function looked(live: Partial<LiveSecret>) {
  const value = {
    ...{ uid: 'u', resourceVersion: '7', type: 'Opaque', immutable: false, terminating: false, finalizers: [], annotations: [] },
    ...{ managedFields: [], data: values, ...live },
  }
  const view = { cluster: { secret: async () => ({ is: 'present' as const, value }) } }
  return secret.observe({ view, fingerprint, includeUnmanaged: true } as unknown as ReadContext, declared)
}

test('a secret whose deletion is under way is neither there nor gone: who holds it is told, and the way out', async () => {
  const seen = await looked({ terminating: true, finalizers: ['backup.example.com/keep'] })
  assert.is(seen.is, 'unknown')
  const why = seen.is === 'unknown' ? seen.why : undefined
  assert.is(why?.code, 'secret/deleting')
  assert.match(why?.detail ?? '', 'backup.example.com/keep')
  assert.match(why?.remedy ?? '', /kubectl -n ns patch secret shared .*finalizers/)
  assert.match(why?.remedy ?? '', 'encryption.rsaPrivateKey')
})

test('a finalizer that holds back a deletion to come is a finding, and a report of drift tells it', async () => {
  const finalizers = ['backup.example.com/keep']
  const it = await planned({ finalizers, data: Object.fromEntries(values) })
  assert.is(it.action, 'adopt')
  assert.equal(
    it.findings?.map(({ code }) => code),
    ['secret/finalizer'],
  )
  const seen = await looked({ finalizers })
  const [one] = seen.is === 'present' ? (seen.unmanaged ?? []) : []
  assert.equal([one?.pointer, one?.expected, one?.actual], ['/finalizers/backup.example.com~1keep', 'none', 'set'])
})

test('a replacement that a finalizer would hold half way is refused before anything is deleted', async () => {
  const finalizers = ['backup.example.com/keep']
  await planned({ finalizers, immutable: true, data: Object.fromEntries(values) }).then(
    () => assert.unreachable('it was planned'),
    ({ problems: [one] }) => {
      assert.is(one.code, 'secret/finalizer-holds')
      assert.match(one.summary, 'backup.example.com/keep')
    },
  )
})

function fields(edits: readonly Edit[]): string[] {
  return edits.map((edit) => edit.pointer)
}

test.run()
