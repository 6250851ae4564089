import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectsOfRecord, objectsOfRendered, parseManifest } from '../../../../../src/kinds/release/objects/manifest.ts'
import { record } from './captured.ts'

const release = { name: 'r', namespace: 'n' }
const object = (kind: string, annotations = '') =>
  `---\n# Source: c/templates/x.yaml\napiVersion: v1\nkind: ${kind}\nmetadata:\n  name: it\n  annotations: { ${annotations} }\n`
const keys = (objects: readonly { key: string; origin: string; isOptional: boolean }[]) =>
  objects.map(({ key, origin, isOptional }) => `${key} ${origin}${isOptional ? ' or not' : ''}`)

test('an object’s key is group, kind and name, with the namespace if it is not the release’s', async () => {
  const text =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: b, namespace: other }\n'
  assert.equal(keys(await parseManifest(text, release, 'template')), ['apps/Deployment/a template', 'Service/other/b template'])
})

test('YAML is read as Helm reads it', async () => {
  const [one] = await parseManifest(
    'kind: ConfigMap\nmetadata: { name: a }\ndata: { mode: 0644, on: yes, time: 12:30, day: 2026-01-02 }\n',
    release,
    'template',
  )
  assert.equal(one?.raw.data, { mode: 420, true: true, time: '12:30', day: '2026-01-02' })
})

test('Helm’s ownership marks are desired on what it applies, and only on that', async () => {
  const [applied] = await parseManifest(object('Service'), release, 'template')
  assert.equal(applied?.raw.metadata, {
    name: 'it',
    annotations: { 'meta.helm.sh/release-name': 'r', 'meta.helm.sh/release-namespace': 'n' },
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  })
  const [hook] = await parseManifest(object('ConfigMap', 'helm.sh/hook: pre-install'), release, 'template')
  assert.equal(hook?.raw.metadata, { name: 'it', annotations: { 'helm.sh/hook': 'pre-install' } })
})

test('only hooks that persist after they ran count', async () => {
  const hook = (kind: string, events: string, policy = '') =>
    object(kind, `helm.sh/hook: '${events}'${policy === '' ? '' : `, helm.sh/hook-delete-policy: '${policy}'`}`)
  const rendered = async (text: string, isUpgrade = true) => keys(await objectsOfRendered(text, release, isUpgrade))
  assert.equal(await rendered(hook('ConfigMap', 'pre-install, pre-upgrade', 'before-hook-creation')), ['ConfigMap/it hook'])
  assert.equal(await rendered(hook('ConfigMap', 'pre-install')), ['ConfigMap/it hook or not'])
  assert.equal(await rendered(hook('ConfigMap', 'pre-install'), false), ['ConfigMap/it hook'])
  assert.equal(await rendered(hook('ConfigMap', 'pre-upgrade', 'hook-succeeded')), [])
  assert.equal(await rendered(hook('Job', 'pre-upgrade')), [])
})

test('CRDs are distinguished from templates by their source file', async () => {
  const crd =
    '---\n# Source: c/crds/x.yaml\nkind: CustomResourceDefinition\nmetadata: { name: a }\n---\nkind: CustomResourceDefinition\nmetadata: { name: b }\n'
  const objects = await objectsOfRendered(`${crd}${object('Service')}`, release, true)
  assert.equal(
    objects.map(({ origin }) => origin),
    ['crd', 'crd', 'template'],
  )
})

test('a record consists of its manifest, hooks and CRDs', async () => {
  const hooks = [{ manifest: object('ConfigMap', 'helm.sh/hook: post-install'), ran: true }]
  const crds = ['kind: CustomResourceDefinition\nmetadata: { name: a }\n']
  const objects = await objectsOfRecord({ ...record, manifest: object('Service'), hooks, crds })
  assert.equal(
    objects.map(({ kind, origin }) => `${kind} ${origin}`),
    ['Service template', 'CustomResourceDefinition crd', 'ConfigMap hook'],
  )
})

test.run()
