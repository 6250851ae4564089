import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectFacts } from '../../../../../../src/kinds/release/objects/facts/objectFacts.ts'
import { liveFacts } from '../../../../../../src/kinds/release/objects/observe/liveFacts.ts'
import { patchOf } from '../../../../../../src/kinds/release/objects/repair/patch.ts'
import { differences } from '../../../../../../src/values/diff.ts'

const deployment = (pod: object, rest: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: { ...rest, template: { spec: pod } },
})
const main = { name: 'main', image: 'a', env: [{ name: 'A', value: '1' }] }

const patch = (live: object, manifest: object) => {
  const [from, to] = [live as Record<string, unknown>, manifest as Record<string, unknown>]
  const wanted = objectFacts(to)
  const seen = liveFacts('Deployment', from, wanted, new Map(), (_, text) => `hidden ${text.length}`)
  return patchOf(differences(seen, wanted), { live: from, manifest: to, wanted })
}

test('a foreign container goes as a whole, from the end of the list', () => {
  const live = deployment({ containers: [{ name: 'x', image: 'x', args: ['a'] }, main, { name: 'y', image: 'y' }] })
  assert.equal(patch(live, deployment({ containers: [main] })), [
    { op: 'remove', path: '/spec/template/spec/containers/2' },
    { op: 'remove', path: '/spec/template/spec/containers/0' },
  ])
})

test('lists that nobody declared go whole', () => {
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

test('a default that was changed is given back to the server', () => {
  const live = deployment({ containers: [main], terminationGracePeriodSeconds: 5, dnsPolicy: 'Default' })
  assert.equal(
    patch(live, deployment({ containers: [main] })).map(({ op, path }) => `${op} ${path}`),
    ['remove /spec/template/spec/terminationGracePeriodSeconds', 'remove /spec/template/spec/dnsPolicy'],
  )
})

test('what the manifest says is set where it stands, and a list that lacks something is set whole', () => {
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

test('a list whose own elements changed places is set whole; strangers between them are only taken out', () => {
  const from = (...names: string[]) => deployment({ containers: [{ ...main, envFrom: names.map((name) => ({ secretRef: { name } })) }] })
  const path = '/spec/template/spec/containers/0/envFrom'
  assert.equal(
    patch(from('b', 'a'), from('a', 'b')).map((one) => `${one.op} ${one.path}`),
    [`add ${path}`],
  )
  assert.equal(patch(from('a', 'x', 'b'), from('a', 'b')), [{ op: 'remove', path: `${path}/1` }])
})

test.run()
