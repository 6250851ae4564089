import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { liveSecretFacts, manifestSecretFacts, secretWriters } from '../../../../../../src/kinds/release/objects/facts/secretFacts.ts'
import type { Fingerprint } from '../../../../../../src/values/fingerprint.ts'
import { liveSecret } from '../../../../../../src/world/kubernetes/liveObjects.ts'

const print = (key: string, value: { open(): string }) => `${key}:${Buffer.from(value.open()).toString('hex')}` as Fingerprint
const b64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')
const live = liveSecret({
  type: 'Opaque',
  data: { a: b64(0, 255), b: b64(65) },
  metadata: { managedFields: [{ manager: 'kubectl-patch', operation: 'Update', time: 't', fieldsV1: { 'f:data': { 'f:b': {} } } }] },
})

test('a secret of a chart is its type and a fingerprint of each key', () => {
  assert.equal(liveSecretFacts(live, print), manifestSecretFacts({ data: { a: b64(0, 255) }, stringData: { b: 'A' } }, print))
  assert.not.match(JSON.stringify(liveSecretFacts(live, () => 'print' as Fingerprint)), /AP8|"A"/)
})

test('values that are no text are distinguished', () => {
  assert.not.equal(liveSecretFacts(live, print), manifestSecretFacts({ data: { a: b64(0, 254), b: b64(65) } }, print))
})

test('each key has its writer', () => {
  assert.equal([...secretWriters(live)], [['/keys/b', { manager: 'kubectl-patch', time: 't' }]])
})

test.run()
