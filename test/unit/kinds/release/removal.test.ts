import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, ReadContext, Recorded } from '../../../../src/kinds/kind.ts'
import { type ReleaseFacts, type ReleaseObservation, recordFacts } from '../../../../src/kinds/release/facts.ts'
import { observeRelease } from '../../../../src/kinds/release/observeRelease.ts'
import { removal, remove } from '../../../../src/kinds/release/removal.ts'
import { address } from '../../../../src/values/address.ts'
import { absent, present, type ReadResult, unknown } from '../../../../src/values/readResult.ts'
import type { ObjectKind, ReleaseRecord } from '../../../../src/world/ports/cluster.ts'
import { codeOf } from '../bucket/fakeStore.ts'

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas },
})
const DEPLOYMENTS = [deployment('server', 3), deployment('drain', 2)]
const RECORD: ReleaseRecord = {
  name: 'old',
  namespace: 'spacelift',
  revision: 3,
  status: 'deployed',
  description: '',
  lastDeployed: '2026-06-01T12:00:00Z',
  startedAt: '2026-06-01T12:00:00Z',
  readAt: '',
  chart: { name: 'spacelift-self-hosted', version: '3.0.0', appVersion: '' },
  config: {},
  manifest: DEPLOYMENTS.map((one) => `---\n${JSON.stringify(one)}\n`).join(''),
  hooks: [],
  crds: [],
  applyMethod: 'ssa',
  secretName: 's',
  resourceVersion: '7',
}
const ADDRESS = address('release', 'spacelift', 'old')
const recorded = { address: ADDRESS, facts: recordFacts(RECORD) } as Recorded<ReleaseFacts>

/** A cluster with this release, and a helm that logs its calls. */
function fakeWorld(release: ReadResult<ReleaseRecord>) {
  const log: string[] = []
  const fake = { release, log }
  const live = DEPLOYMENTS.map((raw) => ({
    ...raw,
    uid: 'u',
    resourceVersion: '1',
    namespace: 'spacelift',
    name: raw.metadata.name,
    raw,
    managedFields: [],
  }))
  const objects = async ({ kind }: ObjectKind) => present(live.filter((one) => one.kind === kind))
  const cluster = { release: async () => fake.release, objects }
  const helm = {
    uninstall: async ({ release, namespace }: { release: string; namespace: string }) =>
      void log.push(`uninstall ${release} in ${namespace}`),
  }
  const context = { world: { cluster, helm }, assertLockHeld: async () => void log.push('assertLockHeld') } as unknown as ApplyContext
  const now = new Date('2026-06-01T12:05:00Z')
  return Object.assign(fake, { context, readContext: { view: { cluster }, now, previousHelmExited: false } as unknown as ReadContext })
}

const observe = (fake: ReturnType<typeof fakeWorld>): Promise<ReleaseObservation> => observeRelease(fake.readContext, recorded)

test('the plan names the pods that are deleted, and that Spacelift is unavailable meanwhile', async () => {
  const fake = fakeWorld(present(RECORD))
  const impact = await removal(fake.readContext, recorded, await observe(fake))
  assert.equal(impact.restarts, [
    { workload: 'server', pods: 3 },
    { workload: 'drain', pods: 2 },
  ])
  assert.match(impact.access[0] ?? '', 'release/spacelift/old')
})

test('a release of another chart is not removed', async () => {
  const fake = fakeWorld(present({ ...RECORD, chart: { ...RECORD.chart, name: 'postgresql' } }))
  const before = await observe(fake)
  assert.is(await codeOf(() => removal(fake.readContext, recorded, before)), 'release/other-chart')
})

test('a release that a helm process may still be working on is not removed', async () => {
  const fake = fakeWorld(present({ ...RECORD, status: 'pending-upgrade' }))
  const before = await observe(fake)
  assert.is(await codeOf(() => removal(fake.readContext, recorded, before)), 'release/busy')
})

test('it is uninstalled under the lock; once uninstalled, there is nothing to do', async () => {
  const fake = fakeWorld(present(RECORD))
  const before = await observe(fake)
  await remove(fake.context, recorded, before)
  assert.equal(fake.log, ['assertLockHeld', 'uninstall old in spacelift'])
  fake.release = absent('an empty list')
  await remove(fake.context, recorded, before)
  assert.is(fake.log.length, 2)
})

test('a release that another client upgraded since, or that cannot be read, is not removed', async () => {
  const fake = fakeWorld(present(RECORD))
  const before = await observe(fake)
  fake.release = present({ ...RECORD, revision: 4, resourceVersion: '9' })
  assert.is(await codeOf(() => remove(fake.context, recorded, before)), 'release/changed-meanwhile')
  fake.release = unknown({ code: 'cluster/away', summary: '', remedy: '' })
  assert.is(await codeOf(() => remove(fake.context, recorded, before)), 'cluster/away')
  assert.equal(fake.log, [])
})

test.run()
