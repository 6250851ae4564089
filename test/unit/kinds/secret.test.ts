import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, Declared, Edit, Observation, ReadContext } from '../../../src/kinds/kind.ts'
import type { Evidence, SecretFacts } from '../../../src/kinds/secret/facts.ts'
import { secret } from '../../../src/kinds/secret.ts'
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

/** Observes and plans a live secret; logs what converge sends. */
async function planned(live: Live) {
  const sent: unknown[] = []
  const liveSecret: LiveSecret = {
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
    secret: async () => ({ is: 'present' as const, value: liveSecret }),
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
  const context = { view: { cluster }, fingerprint } as unknown as ReadContext
  const observed = (await secret.observe(context, declared)) as Observation<SecretFacts, Evidence> & { is: 'present' }
  const { facts, basis, findings } = await secret.desire(context, declared, observed, {
    exposedTo: () => ({}),
    changes: () => false,
    outdatedReaders: () => new Map(),
  })
  const decision = decide({ desired: facts, observed, last: undefined, origins: new Map(), replaceOnly: secret.replaceOnly })
  const change = {
    address: declared.address,
    action: decision.action as 'update',
    edits: decision.edits,
    declared,
    desired: facts,
    basis,
    observed,
  }
  const applyContext = { world: { cluster }, assertLockHeld: async () => void sent.push('assertLockHeld') } as unknown as ApplyContext
  return {
    action: decision.action,
    edits: decision.edits,
    findings,
    impact: secret.impact(change),
    apply: async () => secret.converge(applyContext, change),
    sent,
  }
}

test('a secret with exactly the declared values is unchanged', async () => {
  assert.is((await planned({ data: Object.fromEntries(values) })).action, 'adopt')
})

test('only the keys that differ are written; undeclared keys and the copy of kubectl apply are removed, at the observed version', async () => {
  const leak = 'kubectl.kubernetes.io/last-applied-configuration'
  const plan = await planned({
    data: { A: Sealed.of('changed'), [KEY]: values.get(KEY) as Sealed, FOREIGN: Sealed.of('x') },
    annotations: [leak, 'mine'],
  })
  assert.equal(fields(plan.edits), [`/annotations/${leak.replace('/', '~1')}`, '/keys/A', '/keys/FOREIGN'])
  await plan.apply()
  assert.equal(plan.sent, ['assertLockHeld', { at: '7', set: ['A'], unset: ['FOREIGN'], unannotate: [leak] }])
})

test('the same encryption key in another encoding stays as it is', async () => {
  for (const spelling of [pem('pkcs1'), pem('pkcs8'), asBase64OfPem(pem('pkcs1'))]) {
    const plan = await planned({ data: { A: Sealed.of('1'), [KEY]: spelling } })
    assert.is(plan.action, 'adopt')
  }
})

test('a different encryption key is refused, with what would be lost and the flag', async () => {
  const plan = await planned({ data: { A: Sealed.of('1'), [KEY]: asBase64OfPem(pem('pkcs8', other)) } })
  assert.equal(fields(plan.edits), [`/keys/${KEY}`])
  assert.is(plan.impact.refusals[0]?.consent, '--replace-encryption-key')
  assert.is(plan.impact.dataAtRisk.length, 1)
})

test('another type, or an immutable secret, means a replacement under the guard', async () => {
  for (const live of [{ type: 'kubernetes.io/tls' }, { immutable: true }]) {
    const plan = await planned({ ...live, data: Object.fromEntries(values) })
    assert.is(plan.action, 'replace')
    await plan.apply()
    assert.equal(plan.sent, ['assertLockHeld', 'deleted', 'assertLockHeld', { created: 'Opaque', keys: ['A', KEY] }])
  }
})

/** Observes a secret with the declared values and these other properties. */
async function observed(live: Partial<LiveSecret>) {
  const value = {
    ...{ uid: 'u', resourceVersion: '7', type: 'Opaque', immutable: false, terminating: false, finalizers: [], annotations: [] },
    ...{ managedFields: [], data: values, ...live },
  }
  const view = { cluster: { secret: async () => ({ is: 'present' as const, value }) } }
  return secret.observe({ view, fingerprint, includeUnmanaged: true } as unknown as ReadContext, declared)
}

test('a secret that is being deleted is unknown; the problem names the finalizer and how to remove it', async () => {
  const observation = await observed({ terminating: true, finalizers: ['backup.example.com/keep'] })
  assert.is(observation.is, 'unknown')
  const why = observation.is === 'unknown' ? observation.why : undefined
  assert.is(why?.code, 'secret/deleting')
  assert.match(why?.detail ?? '', 'backup.example.com/keep')
  assert.match(why?.remedy ?? '', /kubectl -n ns patch secret shared .*finalizers/)
  assert.match(why?.remedy ?? '', 'encryption.rsaPrivateKey')
})

test('a finalizer that would block a later deletion is a finding, and a drift report shows it', async () => {
  const finalizers = ['backup.example.com/keep']
  const plan = await planned({ finalizers, data: Object.fromEntries(values) })
  assert.is(plan.action, 'adopt')
  assert.equal(
    plan.findings?.map(({ code }) => code),
    ['secret/finalizer'],
  )
  const observation = await observed({ finalizers })
  const [one] = observation.is === 'present' ? (observation.unmanaged ?? []) : []
  assert.equal([one?.pointer, one?.expected, one?.actual], ['/finalizers/backup.example.com~1keep', 'none', 'set'])
})

test('a replacement that a finalizer would block is refused before anything is deleted', async () => {
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
