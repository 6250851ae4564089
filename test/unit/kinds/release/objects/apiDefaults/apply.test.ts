import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { alignDefaults, withoutDefaults } from '../../../../../../src/kinds/release/objects/apiDefaults/apply.ts'
import { objectFacts } from '../../../../../../src/kinds/release/objects/facts/objectFacts.ts'
import { differences } from '../../../../../../src/values/diff.ts'

type Spec = Record<string, unknown>
const deployment = (spec: Spec, pod: Spec, container: Spec) =>
  objectFacts({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { ...spec, template: { spec: { ...pod, containers: [{ name: 'c', ...container }] } } },
  })

const SPEC = {
  progressDeadlineSeconds: 600,
  revisionHistoryLimit: 10,
  replicas: 1,
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
}
const POD = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  terminationGracePeriodSeconds: 30,
  securityContext: {},
}
const CONTAINER = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }
const some = (all: Spec) => fc.subarray(Object.entries(all)).map((entries) => Object.fromEntries(entries) as Spec)
const own = fc.record({ image: fc.constantFrom('a', 'b'), command: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }) })

test('defaults are no difference, whichever of them the manifest declares', () => {
  fc.assert(
    fc.property(some(SPEC), some(POD), some(CONTAINER), own, (spec, pod, container, mine) => {
      const manifest = deployment(spec, pod, { ...container, ...mine })
      const live = deployment({ ...SPEC, ...spec }, { ...POD, ...pod }, { ...CONTAINER, ...container, ...mine })
      assert.equal(withoutDefaults('Deployment', live, manifest), manifest)
    }),
    { seed: 11 },
  )
})

test('a value other than the default is kept, whether the manifest declares it or not', () => {
  const live = deployment({ ...SPEC, revisionHistoryLimit: 2 }, POD, { image: 'a' })
  assert.equal(
    withoutDefaults('Deployment', live, deployment({}, {}, { image: 'a' })),
    deployment({ revisionHistoryLimit: 2 }, {}, { image: 'a' }),
  )
})

test('a chart that starts or stops to declare defaults changes nothing', () => {
  const [bare, spelled] = [deployment({}, {}, { image: 'a' }), deployment(SPEC, POD, { image: 'a' })]
  assert.equal(alignDefaults('Deployment', spelled, bare), bare)
  assert.equal(alignDefaults('Deployment', bare, spelled), spelled)
  const three = deployment({ replicas: 3 }, {}, { image: 'a' })
  assert.equal(alignDefaults('Deployment', three, bare), three)
})

test('what a server assigns is no fact, unless the manifest declares it', () => {
  const service = (spec: object) => objectFacts({ apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }], ...spec } })
  const live = service({
    clusterIP: '10.0.0.1',
    clusterIPs: ['10.0.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    type: 'ClusterIP',
    sessionAffinity: 'None',
  })
  assert.equal(withoutDefaults('Service', live, service({})), service({}))
  assert.equal(withoutDefaults('Service', service({ sessionAffinity: 'ClientIP' }), service({})), service({ sessionAffinity: 'ClientIP' }))
  assert.equal(
    withoutDefaults('Service', service({ clusterIP: '10.0.0.9' }), service({ clusterIP: 'None' })),
    service({ clusterIP: '10.0.0.9' }),
  )
})

test('serviceAccount is a copy of serviceAccountName', () => {
  const manifest = deployment({}, { serviceAccountName: 'a' }, {})
  assert.equal(withoutDefaults('Deployment', deployment({}, { serviceAccountName: 'a', serviceAccount: 'a' }, {}), manifest), manifest)
})

test('the default pull policy follows from the image’s tag', () => {
  const pulled = (image: string, imagePullPolicy: string) =>
    withoutDefaults('Deployment', deployment({}, {}, { image, imagePullPolicy }), deployment({}, {}, { image }))
  for (const image of ['a', 'a:latest', 'example.com:5000/a']) assert.equal(pulled(image, 'Always'), deployment({}, {}, { image }))
  for (const image of ['a:1', 'example.com:5000/a:1', 'a:latest@sha256:0', 'a@sha256:0'])
    assert.equal(pulled(image, 'IfNotPresent'), deployment({}, {}, { image }), image)
  assert.equal(pulled('a', 'Never'), deployment({}, {}, { image: 'a', imagePullPolicy: 'Never' }))
  assert.equal(pulled('a:1', 'Always'), deployment({}, {}, { image: 'a:1', imagePullPolicy: 'Always' }))
})

const of =
  (kind: string, apiVersion = 'v1') =>
  (live: object, manifest: object) => {
    const facts = (fields: object) => objectFacts({ apiVersion, kind, ...fields })
    return differences(withoutDefaults(kind, facts(live), facts(manifest)), facts(manifest)).map(({ pointer, from }) => [pointer, from])
  }

test('a port’s target defaults to itself; an added port without further facts is a difference', () => {
  const edits = of('Service')
  assert.equal(edits({ spec: { ports: [{ port: 80, targetPort: 80, nodePort: 1 }] } }, { spec: { ports: [{ port: 80 }] } }), [])
  assert.equal(edits({ spec: { ports: [{ port: 80, targetPort: 81 }] } }, { spec: { ports: [{ port: 80 }] } }), [
    ['/spec/ports/80~1TCP/targetPort', 81],
  ])
  assert.equal(edits({ spec: { ports: [{ port: 99, targetPort: 99 }] } }, { spec: {} }), [['/spec/ports/99~1TCP', {}]])
})

test('fields that the server rejects beside declared ones are facts, so that they are removed together', () => {
  const sticky = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }
  assert.equal(of('Service')({ spec: sticky }, { spec: { sessionAffinity: 'ClientIP' } }), [])
  assert.is(of('Service')({ spec: sticky }, { spec: {} }).length, 2)
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }
  assert.equal(of('Deployment', 'apps/v1')({ spec: { strategy: rolling } }, { spec: {} }), [])
  assert.is(of('Deployment', 'apps/v1')({ spec: { strategy: rolling } }, { spec: { strategy: { type: 'Recreate' } } }).length, 3)
})

test('defaults of other kinds', () => {
  const policy = of('NetworkPolicy', 'networking.k8s.io/v1')
  assert.equal(policy({ spec: { podSelector: {}, policyTypes: ['Ingress'] } }, { spec: {} }), [])
  assert.equal(policy({ spec: { egress: [{}], policyTypes: ['Ingress', 'Egress'] } }, { spec: { egress: [{}] } }), [])
  assert.equal(policy({ spec: { policyTypes: ['Egress'] } }, { spec: {} }), [['/spec/policyTypes/[0]', 'Egress']])
  const role = of('ClusterRole', 'rbac.authorization.k8s.io/v1')
  const rules = [{ verbs: ['get'] }]
  assert.equal(role({ aggregationRule: { a: 'b' }, rules }, { aggregationRule: { a: 'b' } }), [])
  assert.is(role({ rules }, {}).length, 1)
  const account = of('ServiceAccount')
  assert.equal(account({ secrets: [{ name: 'a-token-12abc' }], imagePullSecrets: [{ name: 'a-dockercfg-xyz12' }] }, {}), [])
  assert.equal(account({ imagePullSecrets: [{ name: 'stranger' }] }, {}), [['/imagePullSecrets/stranger', {}]])
  const limits = of('LimitRange')
  const max = { memory: '1024Mi' }
  assert.equal(limits({ spec: { limits: [{ max, default: max, defaultRequest: max }] } }, { spec: { limits: [{ max }] } }), [])
})

test('a custom resource with a built-in kind’s name has no defaults', () => {
  assert.equal(of('Service', 'serving.knative.dev/v1')({ spec: { type: 'ClusterIP' } }, { spec: {} }), [['/spec/type', 'ClusterIP']])
})

test.run()
