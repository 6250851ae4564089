import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectFacts } from '../../../../../../src/kinds/release/objects/facts/objectFacts.ts'

const pod = (spec: object) => objectFacts({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec } } })
const container = (fields: object) => pod({ containers: [{ name: 'c', ...fields }] })
const same = (a: object, b: object) => assert.equal(container(a), container(b))
const differ = (a: object, b: object) => assert.not.equal(container(a), container(b))

test('lists are keyed in full, and a duplicate is a difference', () => {
  const facts = container({
    env: [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ],
    ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }],
    volumeMounts: [{ mountPath: '/tmp', name: 'tmp' }],
    envFrom: [{ secretRef: { name: 's' } }],
    args: ['a', 'b'],
  })
  assert.equal(facts, {
    apiVersion: 'apps/v1',
    spec: {
      template: {
        spec: {
          containers: {
            c: {
              env: { A: { value: '1' }, 'A#2': { value: '2' } },
              ports: { '53/UDP': {}, '53/TCP': {} },
              volumeMounts: { '/tmp': { name: 'tmp' } },
              envFrom: { 'secretRef:s': { secretRef: { name: 's' } } },
              args: { '[0]': 'a', '[1]': 'b' },
            },
          },
        },
      },
    },
  })
})

test('values that the API does not distinguish are one fact', () => {
  same({ resources: { requests: { cpu: '1000m', memory: '1024Mi' } } }, { resources: { requests: { cpu: 1, memory: '1Gi' } } })
  same({ env: [{ name: 'A', value: '' }] }, { env: [{ name: 'A' }] })
  same({ args: [], command: null, securityContext: {} }, {})
  same({ volumeMounts: [{ mountPath: '/a', name: 'a', readOnly: false }] }, { volumeMounts: [{ mountPath: '/a', name: 'a' }] })
})

test('an empty label or setting is a value', () => {
  const labelled = (labels: object) => objectFacts({ apiVersion: 'v1', kind: 'Service', metadata: { labels } })
  assert.not.equal(labelled({ value: '' }), labelled({}))
  const data = (of: object) => objectFacts({ apiVersion: 'v1', kind: 'ConfigMap', data: of })
  assert.not.equal(data({ value: '' }), data({}))
})

test('an empty text or zero that the server drops is no fact, except for a storage class', () => {
  assert.equal(pod({ priorityClassName: '', nodeName: '' }), pod({}))
  same(
    { workingDir: '', readinessProbe: { tcpSocket: { port: 1, host: '' }, initialDelaySeconds: 0 } },
    { readinessProbe: { tcpSocket: { port: 1 } } },
  )
  const claim = (spec: object) => objectFacts({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec })
  assert.not.equal(claim({ storageClassName: '' }), claim({}))
})

test('an empty selector is a fact', () => {
  const policy = (peer: object) =>
    objectFacts({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { ingress: [{ from: [peer] }] } })
  assert.not.equal(policy({ podSelector: {} }), policy({ namespaceSelector: {} }))
  const service = (selector: object) => objectFacts({ apiVersion: 'v1', kind: 'Service', spec: { selector } })
  assert.not.equal(service({ a: '' }), service({}))
})

test('quantities are compared by value wherever they occur', () => {
  const facts = (spec: object) => objectFacts({ apiVersion: 'v1', kind: 'X', spec })
  assert.equal(facts({ hard: { 'limits.cpu': '1000' } }), facts({ hard: { 'limits.cpu': '1k' } }))
  assert.equal(facts({ limits: [{ max: { memory: '1024Mi' } }] }), facts({ limits: [{ max: { memory: '1Gi' } }] }))
  assert.equal(facts({ capacity: { storage: '1024Mi' } }), facts({ capacity: { storage: '1Gi' } }))
})

test('order is a fact where it has a meaning', () => {
  const env = (...values: [string, string][]) => ({ env: values.map(([name, value]) => ({ name, value })) })
  same(env(['A', '1'], ['B', '2']), env(['B', '2'], ['A', '1']))
  differ(env(['A', '1'], ['B', '$(A)']), env(['B', '$(A)'], ['A', '1']))
  const from = (...names: string[]) => ({ envFrom: names.map((name) => ({ secretRef: { name } })) })
  differ(from('a', 'b'), from('b', 'a'))
  const inits = (...names: string[]) => pod({ initContainers: names.map((name) => ({ name })) })
  assert.not.equal(inits('a', 'b'), inits('b', 'a'))
})

test('an element without further facts is a fact', () => {
  assert.not.equal(pod({ volumes: [{ name: 'v', emptyDir: {} }] }), pod({ volumes: [] }))
})

test('ingress rules are keyed by host and path', () => {
  const rule = { host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix' }] } }
  const facts = objectFacts({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    spec: { rules: [rule], tls: [{ secretName: 'cert', hosts: ['a'] }] },
  })
  assert.equal(facts.spec, {
    rules: { 'a.example.com': { http: { paths: { '/': { pathType: 'Prefix' } } } } },
    tls: { cert: { hosts: { '[0]': 'a' } } },
  })
})

test('a schema and a long text are digests', () => {
  const crd = (type: string) =>
    objectFacts({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'C',
      spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: { type, x: null } } }] },
    })
  assert.match(JSON.stringify(crd('object')), /"openAPIV3Schema":"sha256:[0-9a-f]{32}"/)
  assert.not.equal(crd('object'), crd('string'))
  const data = objectFacts({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'x'.repeat(1000) } })
  assert.match(JSON.stringify(data), /"a":"sha256:[0-9a-f]{32}"/)
})

test.run()
