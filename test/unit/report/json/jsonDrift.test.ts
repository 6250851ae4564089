import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DriftReport } from '../../../../src/plan/drift.ts'
import { jsonReporter } from '../../../../src/report/json/jsonReporter.ts'
import { by, drifted, settled, why } from '../../../support/driftReports.ts'
import { FakeClock } from '../../../support/fakeClock.ts'
import { readStream } from '../../../support/stream.ts'

test('every drifted resource is an event with the edits that revert it, without fingerprints', () => {
  const [states, deliveries, server] = eventsOf(drifted).filter((event) => event.type === 'resource_drift')
  assert.equal(states?.edits[0], { pointer: '/versioning', from: 'off', to: 'enabled', cause: 'drifted' })
  assert.equal([server?.address, server?.action], ['secret/spacelift/spacelift-server', 'update'])
  assert.equal(server?.edits[0], {
    pointer: '/keys/ADMIN_PASSWORD',
    from: '(hidden)',
    to: '(hidden)',
    hidden: true,
    cause: 'drifted',
    by,
  })
  assert.equal([server?.keysUnknown, deliveries?.action], [true, 'delete'])
  assert.not.match(JSON.stringify(eventsOf(drifted)), /[0-9a-f]{64}/)
})

test('unchecked resources are listed, and the summary is incomplete', () => {
  const events = eventsOf(drifted)
  assert.equal(
    events.flatMap((event) => (event.type === 'resource_unchecked' ? [[event.address, event.why, event['@level']]] : [])),
    [['image/backend', why, 'error']],
  )
  const sum = events.at(-1)
  assert.ok(sum?.type === 'drift_summary')
  assert.equal([sum.drifted, sum.checked, sum.unchecked, sum.skipped, sum.incomplete], [3, 17, 1, ['image/launcher'], true])
})

test('without drift there is only the summary, and without a state no field is called drifted', () => {
  assert.equal(
    eventsOf(settled).map(({ type }) => type),
    ['version', 'drift_summary'],
  )
  const [first] = eventsOf({ ...drifted, comparedWith: 'file' }).filter((event) => event.type === 'resource_drift')
  assert.is(first?.edits[0]?.cause, 'unexplained')
})

function eventsOf(report: DriftReport) {
  let text = ''
  const clock = new FakeClock()
  jsonReporter({ write: (line) => (text += line), now: () => clock.now(), version: '0.1.0' }).drift(report)
  return readStream(text)
}

test.run()
