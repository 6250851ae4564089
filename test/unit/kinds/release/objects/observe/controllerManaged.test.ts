import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ManifestObject } from '../../../../../../src/kinds/release/objects/manifest.ts'
import { dropControllerManaged, observeControllers } from '../../../../../../src/kinds/release/objects/observe/controllerManaged.ts'
import { ListCache } from '../../../../../../src/kinds/release/objects/observe/listCache.ts'
import { present, type ReadResult, unknown } from '../../../../../../src/values/readResult.ts'
import type { ClusterReads, LiveObject, ObjectKind, RawObject } from '../../../../../../src/world/ports/cluster.ts'

type Answers = { readonly [kind: string]: ReadResult<readonly LiveObject[]> }

const DRAIN = 'apps/Deployment/drain'
const object = (kind: string, name: string, raw: RawObject) =>
  ({ apiVersion: 'v1', kind, namespace: 'n', name, raw }) as unknown as LiveObject
const declared = (kind: string, name: string, raw: RawObject) =>
  ({ ...object(kind, name, raw), key: kind === 'Ingress' ? name : DRAIN, origin: 'template' }) as unknown as ManifestObject
const refused = unknown<readonly LiveObject[]>({ code: 'cluster/forbidden', summary: 'no', remedy: 'ask' })

function deciders(manifest: ManifestObject, live: LiveObject, answers: Answers) {
  const asked: string[] = []
  const objects = async ({ kind }: ObjectKind) => {
    asked.push(kind)
    return answers[kind] ?? present([])
  }
  const lists = new ListCache({ objects } as unknown as ClusterReads)
  const [m, l] = [new Map([[manifest.key, manifest]]), new Map([[manifest.key, live]])]
  return { asked, decided: observeControllers(lists, 'n', { manifest: m, live: l }) }
}

const scaled = (live: number, answers: Answers) =>
  deciders(declared('Deployment', 'drain', { spec: { replicas: 3 } }), object('Deployment', 'drain', { spec: { replicas: live } }), answers)
const target = (name: string) =>
  present([object('HorizontalPodAutoscaler', 'h', { spec: { scaleTargetRef: { kind: 'Deployment', name } } })])

test('autoscalers are read only when replicas differ', async () => {
  const { asked, decided } = scaled(3, {})
  assert.equal(await decided, present({ scaled: [], classes: [] }))
  assert.equal(asked, [])
})

test('an autoscaler sets the replicas of its target only', async () => {
  assert.equal(await scaled(5, { HorizontalPodAutoscaler: target('drain') }).decided, present({ scaled: [DRAIN], classes: [] }))
  assert.equal(await scaled(5, { HorizontalPodAutoscaler: target('server') }).decided, present({ scaled: [], classes: [] }))
  assert.is((await scaled(5, { HorizontalPodAutoscaler: refused }).decided).is, 'unknown')
  const facts = { spec: { replicas: 5, paused: true } }
  const decided = { scaled: [DRAIN], classes: [] }
  assert.equal(dropControllerManaged(DRAIN, facts, { spec: { replicas: 3 } }, decided), { spec: { replicas: 3, paused: true } })
  assert.equal(dropControllerManaged(DRAIN, facts, { spec: {} }, decided), { spec: { paused: true } })
  assert.is(dropControllerManaged('other', facts, { spec: {} }, decided), facts)
})

test('a default class of an Ingress is no difference, one that was set by hand is', async () => {
  const given = (answer: Answers) =>
    deciders(declared('Ingress', 'i', { spec: {} }), object('Ingress', 'i', { spec: { ingressClassName: 'nginx' } }), answer).decided
  const named = (isDefault: string) =>
    present([object('IngressClass', 'nginx', { metadata: { annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault } } })])
  assert.equal(await given({ IngressClass: named('true') }), present({ scaled: [], classes: ['nginx'] }))
  assert.equal(await given({ IngressClass: named('false') }), present({ scaled: [], classes: [] }))
  assert.equal(await given({ IngressClass: refused }), present({ scaled: [], classes: ['nginx'] }))
  const facts = { spec: { ingressClassName: 'nginx' } }
  assert.equal(dropControllerManaged('i', facts, { spec: {} }, { scaled: [], classes: ['nginx'] }), { spec: {} })
  assert.is(dropControllerManaged('i', facts, { spec: { ingressClassName: 'other' } }, { scaled: [], classes: ['nginx'] }), facts)
})

test.run()
