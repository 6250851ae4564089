import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Resolved } from '../../../src/installation/installation.ts'
import { namespace } from '../../../src/kinds/namespace.ts'
import { present } from '../../../src/values/readResult.ts'
import type { LiveNamespace } from '../../../src/world/ports/cluster.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const at = { file: 'desired-state.yaml', line: 5, col: 7 }
const LIVE: LiveNamespace = { uid: 'u', resourceVersion: '7', terminating: false, deletionBlockers: [], labels: {}, managedFields: [] }

const declared = (namespaceLabels: Record<string, string>) => {
  const positions = new Map([['/kubernetes/namespaceLabels/pod-security.kubernetes.io~1enforce', at]])
  const installation = { kubernetes: { namespace: 'spacelift', namespaceLabels }, positions }
  const [one] = namespace.declare({ installation } as unknown as Resolved)
  if (one === undefined) throw new Error('nothing is declared')
  return one
}

const seen = (live: Partial<LiveNamespace>, labels: Record<string, string> = {}) => {
  const view = { cluster: { namespace: async () => present({ ...LIVE, ...live }) } }
  return namespace.observe({ view, includeUnmanaged: true } as never, declared(labels))
}

const watched = async (live: Partial<LiveNamespace>, labels?: Record<string, string>) => {
  const found = await seen(live, labels)
  return found.is === 'present' ? (found.unmanaged ?? []).map((one) => [one.pointer, one.actual]) : []
}

test('of the labels that are there, only the declared ones are facts', async () => {
  const found = await seen({ labels: { [ENFORCE]: 'privileged', team: 'platform' } }, { [ENFORCE]: 'baseline' })
  assert.equal(found.is === 'present' && found.facts, { phase: 'Active', labels: { [ENFORCE]: 'privileged' } })
  assert.equal(declared({ [ENFORCE]: 'baseline' }).origins.get('/labels/pod-security.kubernetes.io~1enforce'), at)
})

test('without declared labels the facts are what they were before there were any', async () => {
  const found = await seen({ labels: { team: 'platform' } })
  assert.equal(found.is === 'present' && found.facts, { phase: 'Active' })
  assert.equal(namespace.readFacts({ phase: 'Active' }), { phase: 'Active' })
})

test('a foreign label is told when it changes what runs, and only then', async () => {
  const labels = { [ENFORCE]: 'restricted', 'istio-injection': 'enabled', 'kubernetes.io/metadata.name': 'spacelift', team: 'platform' }
  assert.equal(await watched({ labels }), [
    ['/labels/pod-security.kubernetes.io~1enforce', 'restricted'],
    ['/labels/istio-injection', 'enabled'],
  ])
  assert.equal(await watched({ labels }, { [ENFORCE]: 'baseline' }), [['/labels/istio-injection', 'enabled']])
})

test('one that goes is neither there nor gone, and what holds it is told', async () => {
  const found = await seen({ terminating: true, deletionBlockers: ['finalizers remaining: example.com/held'] })
  assert.is(found.is, 'unknown')
  assert.is(found.is === 'unknown' && found.why.detail, 'finalizers remaining: example.com/held')
})

test.run()
