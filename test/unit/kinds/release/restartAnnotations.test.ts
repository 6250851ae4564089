import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Installation } from '../../../../src/installation/installation.ts'
import { WORKLOADS, type Workload } from '../../../../src/installation/spacelift.ts'
import type { OutdatedReaders, Upstream } from '../../../../src/kinds/kind.ts'
import { IMAGE_DIGEST_ANNOTATION, repairPointers, SECRETS_ANNOTATION, track } from '../../../../src/kinds/release/restartAnnotations.ts'
import { isMap } from '../../../../src/values/json.ts'
import type { HelmValues } from '../../../../src/world/ports/helm.ts'

const installation = { kubernetes: { namespace: 'spacelift' } } as unknown as Installation
const server = WORKLOADS.find(({ valuesKey }) => valuesKey === 'server') as Workload
const drain = WORKLOADS.find(({ valuesKey }) => valuesKey === 'drain') as Workload

/** Resources by the config that they expose; this plan changes those in `changing`. */
const upstream = (
  configs: { readonly [address: string]: string },
  changing: readonly string[] = [],
  outdated: OutdatedReaders = new Map(),
  source = 'image/backend',
): Upstream => ({
  exposedTo: (address) => ({ config: configs[address] ?? '' }),
  changes: (address) => changing.includes(address),
  outdatedReaders: (address) => (address === source ? outdated : new Map()),
})

function tracked(workload: Workload, from: Upstream, deployed: HelmValues = {}): { values: HelmValues; image: string; secrets: string } {
  const values = track({}, installation, [workload], from, deployed)
  const own = values[workload.valuesKey]
  const annotations = isMap(own) && isMap(own.podAnnotations) ? own.podAnnotations : {}
  return { values, image: String(annotations[IMAGE_DIGEST_ANNOTATION]), secrets: String(annotations[SECRETS_ANNOTATION]) }
}

test('a moved tag that is repaired restarts its readers each time, and only then', () => {
  const fine = upstream({ 'image/backend': 'A' })
  const first = tracked(server, fine)
  assert.match(first.image, /^[0-9a-f]{32}$/)
  assert.is(tracked(server, fine, first.values).image, first.image)
  const moved = upstream({ 'image/backend': 'A' }, ['image/backend'])
  const second = tracked(server, moved, first.values)
  assert.is(second.image, `${first.image}.1`)
  assert.is(second.secrets, first.secrets)
  assert.is(tracked(server, fine, second.values).image, second.image)
  assert.is(tracked(server, moved, second.values).image, `${first.image}.2`)
})

test('another image resets the count; a foreign value is no count', () => {
  const repaired = tracked(
    server,
    upstream({ 'image/backend': 'A' }, ['image/backend']),
    tracked(server, upstream({ 'image/backend': 'A' })).values,
  )
  const other = upstream({ 'image/backend': 'B' }, ['image/backend'])
  assert.match(tracked(server, other, repaired.values).image, /^[0-9a-f]{32}$/)
  const fine = upstream({ 'image/backend': 'A' })
  const own = tracked(server, fine)
  for (const foreign of [`${own.image}.x`, `${own.image}.`, 'x', 7, null])
    assert.is(tracked(server, fine, { server: { podAnnotations: { [IMAGE_DIGEST_ANNOTATION]: foreign } } }).image, own.image)
})

test('only the drain reads the launcher', () => {
  const before = upstream({ 'image/backend': 'A', 'image/launcher': 'L' })
  const after = upstream({ 'image/backend': 'A', 'image/launcher': 'L' }, ['image/launcher'])
  assert.is(tracked(server, after, tracked(server, before).values).image, tracked(server, before).image)
  assert.is(tracked(drain, after, tracked(drain, before).values).image, `${tracked(drain, before).image}.1`)
})

const running = (...letters: readonly string[]) =>
  upstream({ 'image/backend': 'A' }, [], new Map([['spacelift-server', letters.map((letter) => `sha256:${letter.repeat(64)}`)]]))

test('pods that run a different image are restarted once for each such image, and no others', () => {
  const fine = tracked(server, upstream({ 'image/backend': 'A' }))
  const restarted = tracked(server, running('d'), fine.values)
  assert.is(restarted.image, `${fine.image}.1-dddddddddddd`)
  assert.is(tracked(server, running('d'), restarted.values).image, restarted.image, 'they came back with it')
  assert.is(tracked(server, upstream({ 'image/backend': 'A' }), restarted.values).image, restarted.image)
  const both = tracked(server, running('d', 'e'), restarted.values)
  assert.is(both.image, `${fine.image}.2-dddddddddddd-eeeeeeeeeeee`)
  assert.is(tracked(server, running('e'), both.values).image, both.image)
  const moved = tracked(server, upstream({ 'image/backend': 'A' }, ['image/backend']), both.values)
  assert.is(moved.image, `${fine.image}.3`)
  const other = tracked(drain, upstream({ 'image/backend': 'A' }))
  assert.is(tracked(drain, running('d'), other.values).image, other.image)
})

test('pods that hold outdated values of a secret are restarted each time, and no others', () => {
  const of = (name: string) =>
    upstream({}, [], new Map([['spacelift-server', ['they started too early']]]), `secret/spacelift/spacelift-${name}`)
  const fine = tracked(server, upstream({}))
  const once = tracked(server, of('shared'), fine.values)
  assert.is(once.secrets, `${fine.secrets}.1`)
  assert.is(once.image, fine.image)
  assert.is(tracked(server, upstream({}), once.values).secrets, once.secrets)
  assert.is(tracked(server, of('server'), once.values).secrets, `${fine.secrets}.2`)
  assert.is(tracked(drain, of('shared'), tracked(drain, upstream({})).values).secrets, tracked(drain, upstream({})).secrets)
})

test('only what a repair restarts counts as repaired drift', () => {
  const fine = tracked(server, upstream({ 'image/backend': 'A' })).values
  const repaired = tracked(server, running('d'), fine).values
  assert.equal(repairPointers(fine, repaired, new Map()), [
    '/values/server/podAnnotations/groundcrew.dev~1image',
    '/objects/apps~1Deployment~1spacelift-server/spec/template/metadata/annotations/groundcrew.dev~1image',
  ])
  assert.equal(repairPointers(fine, fine, new Map()), [])
  assert.equal(repairPointers({}, fine, new Map()), [])
  assert.equal(repairPointers(repaired, tracked(server, upstream({ 'image/backend': 'B' }), repaired).values, new Map()), [])
  const untracked = repairPointers({}, fine, new Map([['spacelift-server', ['they started too early']]]))
  assert.equal(
    untracked.filter((one) => one.startsWith('/values')),
    ['/values/server/podAnnotations/groundcrew.dev~1secrets', '/values/server/podAnnotations/groundcrew.dev~1image'],
  )
})

test.run()
