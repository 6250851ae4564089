import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { alignDefaults, withoutDefaults } from '../../../../src/kinds/release/objects/defaults.ts'
import { objectFacts } from '../../../../src/kinds/release/objects/facts.ts'

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

test('what a server fills in is no difference, whatever part of it the manifest spells out', () => {
  fc.assert(
    fc.property(some(SPEC), some(POD), some(CONTAINER), own, (spec, pod, container, mine) => {
      const manifest = deployment(spec, pod, { ...container, ...mine })
      const live = deployment({ ...SPEC, ...spec }, { ...POD, ...pod }, { ...CONTAINER, ...container, ...mine })
      assert.equal(withoutDefaults('Deployment', live, manifest), manifest)
    }),
    { seed: 11 },
  )
})

test('another value than the default is kept, whether the manifest names it or not', () => {
  const live = deployment({ ...SPEC, revisionHistoryLimit: 2 }, POD, { image: 'a' })
  assert.equal(
    withoutDefaults('Deployment', live, deployment({}, {}, { image: 'a' })),
    deployment({ revisionHistoryLimit: 2 }, {}, { image: 'a' }),
  )
})

test('a chart that begins or stops to name defaults changes nothing', () => {
  const [bare, spelled] = [deployment({}, {}, { image: 'a' }), deployment(SPEC, POD, { image: 'a' })]
  assert.equal(alignDefaults('Deployment', spelled, bare), bare)
  assert.equal(alignDefaults('Deployment', bare, spelled), spelled)
  const three = deployment({ replicas: 3 }, {}, { image: 'a' })
  assert.equal(alignDefaults('Deployment', three, bare), three)
})

test('what a server gives out is nobody’s wish, unless the manifest names it', () => {
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

test.run()
