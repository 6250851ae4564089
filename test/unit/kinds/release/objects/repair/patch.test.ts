import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectFacts } from '../../../../../../src/kinds/release/objects/facts/objectFacts.ts'
import { liveFacts } from '../../../../../../src/kinds/release/objects/observe/liveFacts.ts'
import { patchOf } from '../../../../../../src/kinds/release/objects/repair/patch.ts'
import { differences } from '../../../../../../src/values/diff.ts'
import type { Fingerprint } from '../../../../../../src/values/fingerprint.ts'
import { segments } from '../../../../../../src/values/json.ts'
import type { PatchOperation } from '../../../../../../src/world/ports/cluster.ts'

const deployment = (pod: object, rest: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: { ...rest, template: { spec: pod } },
})
const main = { name: 'main', image: 'a', env: [{ name: 'A', value: '1' }] }

const patch = (live: object, manifest: object) => {
  const [from, to] = [live as Record<string, unknown>, manifest as Record<string, unknown>]
  const wanted = objectFacts(to)
  const seen = liveFacts('Deployment', from, wanted, new Map(), (_, text) => `hidden ${text.length}` as Fingerprint)
  return patchOf(differences(seen, wanted), { live: from, manifest: to, desired: wanted })
}

test('an undeclared container is removed as a whole, from the end of the list', () => {
  const live = deployment({ containers: [{ name: 'x', image: 'x', args: ['a'] }, main, { name: 'y', image: 'y' }] })
  assert.equal(patch(live, deployment({ containers: [main] })), [
    { op: 'remove', path: '/spec/template/spec/containers/2' },
    { op: 'remove', path: '/spec/template/spec/containers/0' },
  ])
})

test('undeclared lists are removed as a whole', () => {
  const live = deployment({
    containers: [{ ...main, args: ['a', 'b'] }],
    volumes: [{ name: 'v', emptyDir: {} }],
    initContainers: [{ name: 'i' }, { name: 'j' }],
  })
  assert.equal(
    patch(live, deployment({ containers: [main] })).map(({ op, path }) => `${op} ${path}`),
    ['remove /spec/template/spec/volumes', 'remove /spec/template/spec/initContainers', 'remove /spec/template/spec/containers/0/args'],
  )
})

test('a changed default is removed, so that the server sets it again', () => {
  const live = deployment({ containers: [main], terminationGracePeriodSeconds: 5, dnsPolicy: 'Default' })
  assert.equal(
    patch(live, deployment({ containers: [main] })).map(({ op, path }) => `${op} ${path}`),
    ['remove /spec/template/spec/terminationGracePeriodSeconds', 'remove /spec/template/spec/dnsPolicy'],
  )
})

test('declared values are set in place, and a list that lacks an element is set as a whole', () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ]
  const live = deployment({ containers: [{ ...main, image: 'other' }] }, { replicas: 1 })
  assert.equal(patch(live, deployment({ containers: [{ ...main, env }] }, { replicas: 3 })), [
    { op: 'add', path: '/spec/replicas', value: 3 },
    { op: 'add', path: '/spec/template/spec/containers/0/env', value: env },
    { op: 'add', path: '/spec/template/spec/containers/0/image', value: 'a' },
  ])
})

test('a list whose declared elements changed places is set as a whole; undeclared elements are only removed', () => {
  const from = (...names: string[]) => deployment({ containers: [{ ...main, envFrom: names.map((name) => ({ secretRef: { name } })) }] })
  const path = '/spec/template/spec/containers/0/envFrom'
  assert.equal(
    patch(from('b', 'a'), from('a', 'b')).map((one) => `${one.op} ${one.path}`),
    [`add ${path}`],
  )
  assert.equal(patch(from('a', 'x', 'b'), from('a', 'b')), [{ op: 'remove', path: `${path}/1` }])
})

test('values are set before anything is removed: the paths are of the live lists', () => {
  const live = deployment({
    containers: [
      { name: 'x', image: 'x' },
      { ...main, image: 'other' },
    ],
  })
  assert.equal(patch(live, deployment({ containers: [main] })), [
    { op: 'add', path: '/spec/template/spec/containers/1/image', value: 'a' },
    { op: 'remove', path: '/spec/template/spec/containers/0' },
  ])
})

test('a list of texts is set as a whole: adding at an index would insert', () => {
  const withArgs = (...args: string[]) => deployment({ containers: [{ ...main, args }] })
  const path = '/spec/template/spec/containers/0/args'
  assert.equal(patch(withArgs('z', 'b', 'c'), withArgs('a', 'b')), [{ op: 'add', path, value: ['a', 'b'] }])
})

test('after its patch, a live object is as the manifest', () => {
  const args = fc.array(fc.constantFrom('p', 'q', 'r'), { maxLength: 3 })
  const env = fc.uniqueArray(fc.record({ name: fc.constantFrom('A', 'B', 'C'), value: fc.constantFrom('1', '2') }), {
    selector: ({ name }) => name,
  })
  const container = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), image: fc.constantFrom('x', 'y'), args, env })
  const containers = fc.uniqueArray(container, { selector: ({ name }) => name, minLength: 1, maxLength: 4 })
  const pod = fc.record({ containers, initContainers: containers }, { requiredKeys: ['containers'] })
  fc.assert(
    fc.property(pod, pod, (live, declared) => {
      const [before, manifest] = [deployment(live), deployment(declared)]
      assert.equal(patch(patched(before, patch(before, manifest)), manifest), [])
    }),
    { numRuns: 150 },
  )
})

/** RFC 6902, as far as groundcrew uses it. */
function patched(object: object, operations: readonly PatchOperation[]): object {
  const copy = structuredClone(object)
  for (const operation of operations) {
    const path = segments(operation.path)
    const last = path.pop() as string
    const parent = path.reduce<Record<string, unknown>>(
      (node, key) => node[key] as Record<string, unknown>,
      copy as Record<string, unknown>,
    )
    assert.ok(!Array.isArray(parent) || Number(last) < parent.length, `${operation.path} is in the list`)
    if (operation.op === 'add' && Array.isArray(parent)) parent.splice(Number(last), 0, operation.value)
    else if (operation.op === 'add') parent[last] = operation.value
    else if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else delete parent[last]
  }
  return copy
}

test.run()
