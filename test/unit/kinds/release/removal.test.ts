import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, ReadContext, Recorded } from '../../../../src/kinds/kind.ts'
import { headOf, type ReleaseFacts, type Seen } from '../../../../src/kinds/release/facts.ts'
import { observe } from '../../../../src/kinds/release/observeRelease.ts'
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
const recorded = { address: ADDRESS, facts: headOf(RECORD) } as Recorded<ReleaseFacts>

/** A cluster with one answer about the release, and a helm that notes what it is told. */
function world(answer: ReadResult<ReleaseRecord>) {
  const log: string[] = []
  const it = { answer, log }
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
  const cluster = { release: async () => it.answer, objects }
  const helm = {
    uninstall: async ({ release, namespace }: { release: string; namespace: string }) =>
      void log.push(`uninstall ${release} in ${namespace}`),
  }
  const work = { world: { cluster, helm }, assertLockHeld: async () => void log.push('assertLockHeld') } as unknown as ApplyContext
  const now = new Date('2026-06-01T12:05:00Z')
  return Object.assign(it, { work, view: { view: { cluster }, now, previousHelmExited: false } as unknown as ReadContext })
}

const seen = (it: ReturnType<typeof world>): Promise<Seen> => observe(it.view, recorded)

test('the plan names the pods that go, and that nobody reaches Spacelift meanwhile', async () => {
  const it = world(present(RECORD))
  const impact = await removal(it.view, recorded, await seen(it))
  assert.equal(impact.restarts, [
    { workload: 'server', pods: 3 },
    { workload: 'drain', pods: 2 },
  ])
  assert.match(impact.access[0] ?? '', 'release/spacelift/old')
})

test('a release of another chart is not what was applied', async () => {
  const it = world(present({ ...RECORD, chart: { ...RECORD.chart, name: 'postgresql' } }))
  const before = await seen(it)
  assert.is(await codeOf(() => removal(it.view, recorded, before)), 'release/other-chart')
})

test('a release that a helm may be at work on is waited for', async () => {
  const it = world(present({ ...RECORD, status: 'pending-upgrade' }))
  const before = await seen(it)
  assert.is(await codeOf(() => removal(it.view, recorded, before)), 'release/busy')
})

test('it is uninstalled under the fence; done already is done', async () => {
  const it = world(present(RECORD))
  const before = await seen(it)
  await remove(it.work, recorded, before)
  assert.equal(it.log, ['assertLockHeld', 'uninstall old in spacelift'])
  it.answer = absent('an empty list')
  await remove(it.work, recorded, before)
  assert.is(it.log.length, 2)
})

test('one that somebody upgraded since, or that cannot be seen, is left alone', async () => {
  const it = world(present(RECORD))
  const before = await seen(it)
  it.answer = present({ ...RECORD, revision: 4, resourceVersion: '9' })
  assert.is(await codeOf(() => remove(it.work, recorded, before)), 'release/changed-meanwhile')
  it.answer = unknown({ code: 'cluster/away', summary: '', remedy: '' })
  assert.is(await codeOf(() => remove(it.work, recorded, before)), 'cluster/away')
  assert.equal(it.log, [])
})

test.run()
