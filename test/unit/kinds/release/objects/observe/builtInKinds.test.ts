import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dropOperatorFields, isBuiltIn } from '../../../../../../src/kinds/release/objects/observe/builtInKinds.ts'
import type { FactMap } from '../../../../../../src/values/json.ts'

const by = (fields: { readonly [pointer: string]: string }) =>
  new Map(Object.entries(fields).map(([where, manager]) => [where, { manager }] as const))
const thing = (fields: FactMap): FactMap => ({ apiVersion: 'example.com/v1', ...fields })

test('the API server’s own kinds are told from those that a CRD brought', () => {
  for (const apiVersion of ['v1', 'apps/v1', 'networking.k8s.io/v1']) assert.ok(isBuiltIn(apiVersion), apiVersion)
  for (const apiVersion of ['example.com/v1', 'gateway.networking.k8s.io/v1', 'serving.knative.dev/v1'])
    assert.not.ok(isBuiltIn(apiVersion), apiVersion)
})

test('what a schema gives is nobody’s; what somebody else wrote is a difference', () => {
  const live = thing({ spec: { own: 1, given: 2, made: { by: 'schema' }, stranger: 3 } })
  const manifest = thing({ spec: { own: 1 } })
  const seen = dropOperatorFields(live, manifest, by({ '/spec/own': 'helm', '/spec/stranger': 'kubectl-patch' }))
  assert.equal(seen, thing({ spec: { own: 1, stranger: 3 } }))
})

test('what the elements of a list are given is the list’s who wrote it', () => {
  const live = thing({ spec: { list: { x: { kind: 'plain' } } } })
  const manifest = thing({ spec: { list: { x: {} } } })
  assert.equal(dropOperatorFields(live, manifest, by({ '/spec/list': 'helm' })), manifest)
  assert.equal(dropOperatorFields(live, manifest, by({ '/spec/list': 'kubectl-patch' })), live)
})

test('an operator’s finalizer is let be, another’s label is not, and a deletion under way is seen', () => {
  const live = thing({ metadata: { finalizers: { 'example.com/x': true }, labels: { who: 'me' }, deleting: true } })
  assert.equal(dropOperatorFields(live, thing({}), by({})), thing({ metadata: { labels: { who: 'me' }, deleting: true } }))
})

test.run()
