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

const observe = (live: Partial<LiveNamespace>, labels: Record<string, string> = {}) => {
  const view = { cluster: { namespace: async () => present({ ...LIVE, ...live }) } }
  return namespace.observe({ view, includeUnmanaged: true } as never, declared(labels))
}

const unmanaged = async (live: Partial<LiveNamespace>, labels?: Record<string, string>) => {
  const observed = await observe(live, labels)
  return observed.is === 'present' ? (observed.unmanaged ?? []).map((one) => [one.pointer, one.actual]) : []
}

test('of the live labels only the declared ones are facts', async () => {
  const observed = await observe({ labels: { [ENFORCE]: 'privileged', team: 'platform' } }, { [ENFORCE]: 'baseline' })
  assert.equal(observed.is === 'present' && observed.facts, { phase: 'Active', labels: { [ENFORCE]: 'privileged' } })
  assert.equal(declared({ [ENFORCE]: 'baseline' }).origins.get('/labels/pod-security.kubernetes.io~1enforce'), at)
})

test('without declared labels the facts have no labels, as older states store them', async () => {
  const observed = await observe({ labels: { team: 'platform' } })
  assert.equal(observed.is === 'present' && observed.facts, { phase: 'Active' })
  assert.equal(namespace.readFacts({ phase: 'Active' }), { phase: 'Active' })
})

test('an undeclared label is reported only if it changes what runs', async () => {
  const labels = { [ENFORCE]: 'restricted', 'istio-injection': 'enabled', 'kubernetes.io/metadata.name': 'spacelift', team: 'platform' }
  assert.equal(await unmanaged({ labels }), [
    ['/labels/pod-security.kubernetes.io~1enforce', 'restricted'],
    ['/labels/istio-injection', 'enabled'],
  ])
  assert.equal(await unmanaged({ labels }, { [ENFORCE]: 'baseline' }), [['/labels/istio-injection', 'enabled']])
})

test('a namespace that is being deleted is unknown, and the problem names what blocks the deletion', async () => {
  const observed = await observe({ terminating: true, deletionBlockers: ['finalizers remaining: example.com/held'] })
  assert.is(observed.is, 'unknown')
  assert.is(observed.is === 'unknown' && observed.why.detail, 'finalizers remaining: example.com/held')
})

test.run()
