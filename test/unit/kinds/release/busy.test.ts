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

test('a pending release is left alone until its helm must have given up, and no longer', () => {
  assert.is(isBusy({ readAt: minutes(10) }), true)
  assert.is(isBusy({ readAt: minutes(12) }), false)
})

test('a pending release whose helm is known to be gone is free at once', () => {
  assert.is(isBusy({}, { previousHelmExited: true }), false)
})

test('wrong clocks count for nothing, neither this host’s nor the one helm ran on', () => {
  assert.is(isBusy({ lastDeployed: hours(-5) }, { now: new Date(hours(5)) }), true)
  assert.is(isBusy({ lastDeployed: hours(5), readAt: minutes(12) }, { now: new Date(hours(-5)) }), false)
})

test('where the server tells no time, this host’s clock has to do', () => {
  assert.is(isBusy({ readAt: '' }, { now: new Date(minutes(10)) }), true)
  assert.is(isBusy({ readAt: '' }, { now: new Date(minutes(12)) }), false)
})

test.run()
