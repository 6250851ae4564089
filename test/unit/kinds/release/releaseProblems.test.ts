import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReadContext } from '../../../../src/kinds/kind.ts'
import { assertNotPending } from '../../../../src/kinds/release/releaseProblems.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import type { ReleaseRecord } from '../../../../src/world/ports/cluster.ts'

const TIMEOUT_SECONDS = 600
const hours = (shift: number) => new Date(Date.UTC(2026, 10, 24, 12 + shift)).toISOString()
const startedAt = hours(0)
const minutes = (count: number) => new Date(Date.UTC(2026, 10, 24, 12, count)).toISOString()

function isBusy(record: Partial<ReleaseRecord>, look: Partial<ReadContext> = {}): boolean {
  const pending = {
    name: 'r',
    namespace: 'n',
    status: 'pending-upgrade',
    startedAt,
    lastDeployed: startedAt,
    readAt: minutes(1),
    ...record,
  }
  try {
    assertNotPending(pending as ReleaseRecord, TIMEOUT_SECONDS, {
      now: new Date(startedAt),
      previousHelmExited: false,
      ...look,
    } as ReadContext)
    return false
  } catch (error) {
    assert.instance(error, ProblemError)
    return true
  }
}

test('a pending release blocks until its helm process must have timed out, and no longer', () => {
  assert.is(isBusy({ readAt: minutes(10) }), true)
  assert.is(isBusy({ readAt: minutes(12) }), false)
})

test('a pending release whose helm process has ended does not block', () => {
  assert.is(isBusy({}, { previousHelmExited: true }), false)
})

test('wrong clocks have no influence, neither this host’s nor that of the host that ran helm', () => {
  assert.is(isBusy({ lastDeployed: hours(-5) }, { now: new Date(hours(5)) }), true)
  assert.is(isBusy({ lastDeployed: hours(5), readAt: minutes(12) }, { now: new Date(hours(-5)) }), false)
})

test('where the server reports no time, this host’s clock is used', () => {
  assert.is(isBusy({ readAt: '' }, { now: new Date(minutes(10)) }), true)
  assert.is(isBusy({ readAt: '' }, { now: new Date(minutes(12)) }), false)
})

test.run()
