import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DriftedResource } from '../../../src/plan/drift.ts'
import { unusedAcceptances } from '../../../src/plan/unusedAcceptances.ts'
import { address } from '../../../src/values/address.ts'

const at = { file: 'desired-state.yaml', line: 61, col: 7 }
const logs = address('bucket', 'spacelift-run-logs')
const states = address('bucket', 'spacelift-states')
const versioning: DriftedResource = {
  address: logs,
  is: 'changed',
  keysUnknown: false,
  fields: [{ pointer: '/versioning/status', applied: 'enabled', live: 'off', class: 'accepted' }],
}
const entry = (resource: string, field: string) => ({ resource, field, reason: 'r', until: '2027-01-31', at })
const told = (resource: string, field: string, unseen: (typeof logs)[] = [], drifted = [versioning]) =>
  unusedAcceptances([entry(resource, field)], [logs, states], unseen, drifted).map(({ summary, remedy }) => [summary, remedy])

test('an entry that matches a difference is not reported, expired or not', () => {
  assert.equal(told(logs, 'versioning.status'), [])
})

test('an entry that matches nothing is reported with its position and a suggestion', () => {
  const says = (field: string) => `drift.accept at desired-state.yaml:61:7 accepts ${field}, which does not differ.`
  assert.equal(told(logs, 'versioning.state'), [[says('versioning.state'), 'Did you mean versioning.status?']])
  assert.equal(told(logs, 'policy'), [[says('policy'), 'Correct the entry (fields that differ: versioning.status), or remove it.']])
  assert.equal(told(states, 'policy'), [[says('policy'), 'Remove the entry: the resource is as it was applied.']])
  assert.equal(told('bucket/spacelift-run-log', 'policy'), [
    [says('policy'), 'No such resource was applied. Did you mean bucket/spacelift-run-logs?'],
  ])
  assert.match(told('image/nowhere', 'policy')[0]?.[1] ?? '', /groundcrew state list/)
})

test('nothing is reported for unchecked and deleted resources', () => {
  assert.equal(told(states, 'policy', [states]), [])
  assert.equal(told(logs, 'policy', [], [{ ...versioning, is: 'gone', fields: [] }]), [])
})

test.run()
