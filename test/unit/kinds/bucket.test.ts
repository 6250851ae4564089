import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BucketFacts } from '../../../src/kinds/bucket/facts.ts'
import { bucket } from '../../../src/kinds/bucket.ts'
import { NO_IMPACT, type Recorded } from '../../../src/kinds/kind.ts'
import { address } from '../../../src/values/address.ts'
import { differences } from '../../../src/values/diff.ts'
import type { Json } from '../../../src/values/json.ts'
import type { LifecycleRule, LiveBucket } from '../../../src/world/ports/objectStore.ts'
import { codeOf, declare, FakeStore, NEW, POSITIONS, planOf, RUN_LOGS } from './bucket/fakeStore.ts'

const rule = (days: number, id = `expire-after-${days}-days`, enabled = true): LifecycleRule => ({
  id,
  enabled,
  filter: { prefix: '', tags: {} },
  expiration: { days },
})
const ENABLED: LiveBucket['versioning'] = { status: 'enabled', excludedPrefixes: [], excludeFolders: false }
const AS_DECLARED: LiveBucket = { versioning: ENABLED, rules: [rule(60)] }
const OPEN = JSON.stringify({ Statement: [{ Action: ['s3:GetObject'], Effect: 'Allow', Principal: { AWS: ['*'] }, Resource: ['r'] }] })
const PLAIN = { role: 'deliveries', name: 'deliveries', versioning: 'off' } as const

test('a bucket is declared with where each of its facts comes from', () => {
  const [it] = declare(RUN_LOGS)
  assert.is(it?.address, 'bucket/logs')
  assert.equal(
    it?.origins.get('/rules/all objects: expire current versions'),
    POSITIONS.get('/objectStorage/buckets/run-logs/expireAfterDays'),
  )
  assert.is(it?.origins.get('/versioning'), 'guide')
})

test('the defaults of an extra bucket have the origin of its declaration', () => {
  const [it] = declare({ name: 'acme', versioning: 'enabled', expireAfterDays: 30 })
  const at = (keys: string) => POSITIONS.get(`/objectStorage/extraBuckets/acme${keys}`)
  assert.equal(it?.origins.get('/rules/all objects: expire current versions'), at('/expireAfterDays'))
  assert.equal([it?.origins.get('/versioning'), it?.origins.get('/policy'), it?.origins.get('')], [at(''), at(''), at('')])
})

test('an extra bucket that groundcrew created is removed when the file drops it, a bucket of the guide never', () => {
  const [ours, extra] = declare(RUN_LOGS, { name: 'acme', versioning: 'enabled' })
  assert.equal([ours?.removalPolicy, extra?.removalPolicy], [undefined, { created: 'remove', adopted: 'forget' }])
  assert.ok(bucket.holdsData)
})

test('a bucket that is not empty, or could not be read, is not removed', async () => {
  const store = new FakeStore({ acme: NEW })
  const recorded = { address: address('bucket', 'acme') } as Recorded<BucketFacts>
  const removal = async () => bucket.removal?.(store.work(), recorded, { is: 'absent', provedBy: '' })
  assert.equal(await removal(), NO_IMPACT)
  store.filled.add('acme')
  const what = await removal()
  assert.is(what && 'declined' in what && what.declined.code, 'bucket/not-empty')
  store.answers = false
  assert.is(await codeOf(removal), 'minio/silent')
})

test('a missing bucket is created with versioning and rules, under the lock, and the next plan is empty', async () => {
  const store = new FakeStore()
  const change = await planOf(store)
  assert.is(change.action, 'create')
  assert.equal(bucket.impact(change).dataAtRisk, [])
  await bucket.converge(store.work(), change)
  assert.equal(store.log, [
    'assertLockHeld',
    'create logs',
    'assertLockHeld',
    'versioning logs enabled',
    'assertLockHeld',
    'lifecycle logs expire-after-60-days',
  ])
  assert.is((await planOf(store)).action, 'adopt')
})

test('a bucket without versioning and rules is only created', async () => {
  const store = new FakeStore()
  await bucket.converge(store.work(), await planOf(store, PLAIN))
  assert.equal(store.log, ['assertLockHeld', 'create deliveries'])
})

test('versioning off is met by never set and by suspended; enabled is suspended', async () => {
  const suspended: LiveBucket = { ...NEW, versioning: { ...ENABLED, status: 'suspended' } }
  for (const live of [NEW, suspended]) assert.equal((await planOf(new FakeStore({ deliveries: live }), PLAIN)).edits, [])
  const store = new FakeStore({ deliveries: { ...NEW, versioning: ENABLED } })
  const before = (await planOf(new FakeStore({ deliveries: NEW }), PLAIN)).desired
  const change = await planOf(store, PLAIN, before)
  assert.equal([change.action, change.edits[0]?.cause], ['repair', 'drifted'])
  await bucket.converge(store.work(), change)
  assert.is(store.buckets.get('deliveries')?.versioning.status, 'suspended')
})

test('each drifted fact is found, and only that is written', async () => {
  const cases: readonly [LiveBucket, string, string][] = [
    [{ ...AS_DECLARED, versioning: { ...ENABLED, status: 'suspended' } }, '/versioning', 'versioning logs enabled'],
    [{ ...AS_DECLARED, versioning: { ...ENABLED, excludedPrefixes: ['a/b'] } }, '/excludedPrefixes/a~1b', 'versioning logs enabled'],
    [{ ...AS_DECLARED, versioning: { ...ENABLED, excludeFolders: true } }, '/excludeFolders', 'versioning logs enabled'],
    [{ ...AS_DECLARED, rules: [rule(50)] }, '/rules/all objects: expire current versions/days', 'lifecycle logs expire-after-60-days'],
    [
      { ...AS_DECLARED, rules: [rule(60), rule(61)] },
      '/rules/all objects: expire current versions#2/days',
      'lifecycle logs expire-after-60-days',
    ],
    [{ ...AS_DECLARED, policy: OPEN }, '/policy', 'no policy logs'],
  ]
  for (const [live, where, written] of cases) {
    const store = new FakeStore({ logs: live })
    const change = await planOf(store)
    assert.ok(
      change.edits.some((edit) => edit.pointer === where),
      where,
    )
    await bucket.converge(store.work(), change)
    assert.equal(
      store.log.filter((line) => !line.startsWith('empty?')),
      ['assertLockHeld', written],
    )
    assert.is((await planOf(store)).action, 'adopt')
  }
})

test('a rule that is as declared keeps its id when another one is removed', async () => {
  const store = new FakeStore({ logs: { ...AS_DECLARED, rules: [rule(1, 'mc-made'), rule(60, 'by-hand')] } })
  await bucket.converge(store.work(), await planOf(store))
  assert.equal(store.buckets.get('logs')?.rules, [rule(60, 'by-hand')])
})

test('another id or order of rules is no difference', async () => {
  const noncurrent: LifecycleRule = { id: 'x', enabled: true, filter: { prefix: '', tags: {} }, noncurrentExpiration: { days: 7 } }
  const store = new FakeStore({ logs: { ...AS_DECLARED, rules: [noncurrent, rule(60, 'random')] } })
  assert.equal((await planOf(store, { ...RUN_LOGS, noncurrentDays: 7 })).edits, [])
})

test('an expiry that is new, shorter, enabled again or noncurrent puts data at risk, and needs consent by its flag', async () => {
  const cases: readonly [LiveBucket, number | undefined][] = [
    [{ ...AS_DECLARED, rules: [] }, undefined],
    [{ ...AS_DECLARED, rules: [rule(61)] }, undefined],
    [{ ...AS_DECLARED, rules: [rule(60, 'x', false)] }, undefined],
    [{ ...AS_DECLARED, rules: [{ ...rule(1), filter: { prefix: 'logs/', tags: {} } }] }, undefined],
    [AS_DECLARED, 7],
    [{ ...AS_DECLARED, rules: [rule(60), { ...rule(1), expiration: {}, noncurrentExpiration: { days: 1, newerVersions: 5 } }] }, 7],
  ]
  for (const [live, noncurrentDays] of cases) {
    const store = new FakeStore({ logs: live })
    store.filled.add('logs')
    const change = await planOf(store, { ...RUN_LOGS, ...(noncurrentDays && { noncurrentDays }) })
    assert.equal(change.basis, { empty: false })
    const { dataAtRisk, refusals } = bucket.impact(change)
    assert.is(dataAtRisk.length, 1)
    assert.equal(
      refusals.map((one) => [one.code, one.consent]),
      [['bucket/expiry-needs-consent', '--accept-data-loss bucket/logs']],
    )
  }
})

test('an expiry that is longer, unchanged, or covered already puts nothing at risk, and does not read whether the bucket is empty', async () => {
  const all: LifecycleRule = { ...rule(60), expiration: { days: 60, expiredObjectAllVersions: true } }
  for (const rules of [[rule(60)], [rule(30)], [rule(90), rule(10)], [all]]) {
    const store = new FakeStore({ logs: { ...AS_DECLARED, rules } })
    store.filled.add('logs')
    assert.equal(bucket.impact(await planOf(store)).dataAtRisk, [])
    assert.equal(store.log, [])
  }
})

test('an empty bucket has nothing at risk; one that could not be read has', async () => {
  const store = new FakeStore({ logs: { ...AS_DECLARED, rules: [] } })
  const change = await planOf(store)
  assert.equal([change.basis, bucket.impact(change).dataAtRisk], [{ empty: true }, []])
  assert.match(bucket.impact({ ...change, basis: {} }).refusals[0]?.summary ?? '', 'could not be read')
})

test('a bucket that is no longer empty gets no expiry without consent', async () => {
  const store = new FakeStore({ logs: { ...AS_DECLARED, rules: [] } })
  const change = await planOf(store)
  store.filled.add('logs')
  assert.is(await codeOf(() => bucket.converge(store.work(), change)), 'bucket/changed-meanwhile')
  assert.equal(store.buckets.get('logs')?.rules, [])
})

test('what changed since the plan is not overwritten, nor is a bucket that appeared', async () => {
  const changed = new FakeStore({ logs: { ...AS_DECLARED, rules: [rule(1)] } })
  const change = await planOf(changed)
  changed.buckets.set('logs', { ...AS_DECLARED, rules: [rule(2)] })
  assert.is(await codeOf(() => bucket.converge(changed.work(), change)), 'bucket/changed-meanwhile')
  const appeared = new FakeStore()
  const create = await planOf(appeared)
  appeared.buckets.set('logs', NEW)
  assert.is(await codeOf(() => bucket.converge(appeared.work(), create)), 'bucket/changed-meanwhile')
  assert.equal([...changed.log, ...appeared.log], [])
})

test('a bucket that is already as planned is unchanged', async () => {
  const store = new FakeStore()
  const change = await planOf(store)
  store.buckets.set('logs', AS_DECLARED)
  assert.equal((await bucket.converge(store.work(), change)).facts, change.desired)
  assert.equal(store.log, [])
})

test('a write that has no effect is a failure', async () => {
  const store = new FakeStore({ logs: { ...AS_DECLARED, rules: [rule(1)] } })
  const change = await planOf(store)
  store.setLifecycle = async () => undefined
  assert.is(await codeOf(() => bucket.converge(store.work(), change)), 'bucket/not-as-written')
})

test('nothing is written without the lock', async () => {
  const store = new FakeStore()
  const change = await planOf(store)
  store.meanwhile = () => {
    throw new Error('the lock is gone')
  }
  assert.is(await codeOf(() => bucket.converge(store.work(), change)), 'Error: the lock is gone')
  assert.is(store.buckets.size, 0)
})

test('who loses access with a policy is reported', async () => {
  const deny = { Effect: 'Deny', Principal: { AWS: 'arn:aws:iam:::user/a' }, Action: 's3:PutObject', Condition: {} }
  const policy = JSON.stringify({ Statement: [...(JSON.parse(OPEN) as { Statement: object[] }).Statement, deny] })
  const { access } = bucket.impact(await planOf(new FakeStore({ logs: { ...AS_DECLARED, policy } })))
  assert.equal(access, [
    'Anyone, without credentials, can no longer s3:GetObject on the bucket logs through its policy.',
    'arn:aws:iam:::user/a may again s3:PutObject on the bucket logs where another policy allows it (under its conditions).',
  ])
})

test('a versioned bucket that expires its objects and keeps their versions forever is a finding', async () => {
  const find = async (one: typeof RUN_LOGS) => {
    const [declared] = declare(one)
    const store = new FakeStore().work()
    const wanted = await bucket.desire(store, declared as never, { is: 'absent', provedBy: '' }, {} as never)
    return (wanted.findings ?? []).map((finding) => [finding.code, finding.address])
  }
  assert.equal(await find(RUN_LOGS), [['bucket/noncurrent-versions-stay', 'bucket/logs']])
  assert.equal(await find({ ...RUN_LOGS, noncurrentDays: 7 }), [])
  assert.equal(await find({ ...RUN_LOGS, versioning: 'off' }), [])
})

test('only an empty bucket is removed', async () => {
  const store = new FakeStore({ logs: AS_DECLARED })
  const recorded = { address: address('bucket', 'logs') } as Recorded<BucketFacts>
  const seen = await bucket.observe(store.work(), recorded)
  store.filled.add('logs')
  assert.is(await codeOf(() => bucket.remove(store.work(), recorded, seen)), 'bucket/not-empty')
  store.filled.clear()
  await bucket.remove(store.work(), recorded, seen)
  assert.is(store.buckets.size, 0)
})

test('a bucket that could not be read is neither written nor removed', async () => {
  const store = new FakeStore({ logs: AS_DECLARED })
  const change = await planOf(store, { ...RUN_LOGS, expireAfterDays: 5 })
  store.answers = false
  assert.is(await codeOf(() => bucket.converge(store.work(), change)), 'minio/silent')
  const recorded = { address: change.address } as Recorded<BucketFacts>
  assert.is(await codeOf(async () => bucket.remove(store.work(), recorded, await bucket.observe(store.work(), recorded))), 'minio/silent')
})

test('stored facts are read back the same, others are refused', async () => {
  const { desired: wanted } = await planOf(new FakeStore())
  const stored = JSON.parse(JSON.stringify(wanted)) as Json
  assert.equal(differences(bucket.readFacts(stored), wanted), [])
  for (const broken of [null, {}, { ...wanted, versioning: 'suspended' }, { ...wanted, rules: { a: 1 } }] as Json[])
    assert.is(await codeOf(() => bucket.readFacts(broken)), 'state/unreadable')
})

test.run()
