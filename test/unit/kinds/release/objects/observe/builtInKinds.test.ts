import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dropOperatorFields, isBuiltIn } from '../../../../../../src/kinds/release/objects/observe/builtInKinds.ts'
import type { FactMap } from '../../../../../../src/values/json.ts'

const by = (fields: { readonly [pointer: string]: string }) =>
  new Map(Object.entries(fields).map(([where, manager]) => [where, { manager }] as const))
const thing = (fields: FactMap): FactMap => ({ apiVersion: 'example.com/v1', ...fields })

test('built-in kinds are distinguished from custom resources', () => {
  for (const apiVersion of ['v1', 'apps/v1', 'networking.k8s.io/v1']) assert.ok(isBuiltIn(apiVersion), apiVersion)
  for (const apiVersion of ['example.com/v1', 'gateway.networking.k8s.io/v1', 'serving.knative.dev/v1'])
    assert.not.ok(isBuiltIn(apiVersion), apiVersion)
})

test('defaults of a schema are no difference; fields that another manager wrote are', () => {
  const live = thing({ spec: { own: 1, given: 2, made: { by: 'schema' }, stranger: 3 } })
  const manifest = thing({ spec: { own: 1 } })
  const seen = dropOperatorFields(live, manifest, by({ '/spec/own': 'helm', '/spec/stranger': 'kubectl-patch' }))
  assert.equal(seen, thing({ spec: { own: 1, stranger: 3 } }))
})

test('fields added to list elements belong to the list’s writer', () => {
  const live = thing({ spec: { list: { x: { kind: 'plain' } } } })
  const manifest = thing({ spec: { list: { x: {} } } })
  assert.equal(dropOperatorFields(live, manifest, by({ '/spec/list': 'helm' })), manifest)
  assert.equal(dropOperatorFields(live, manifest, by({ '/spec/list': 'kubectl-patch' })), live)
})

test('an operator’s finalizer is no fact, another manager’s label is, and so is a pending deletion', () => {
  const live = thing({ metadata: { finalizers: { 'example.com/x': true }, labels: { who: 'me' }, deleting: true } })
  assert.equal(dropOperatorFields(live, thing({}), by({})), thing({ metadata: { labels: { who: 'me' }, deleting: true } }))
})

test.run()
