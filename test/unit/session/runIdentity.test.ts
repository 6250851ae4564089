import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runId } from '../../../src/session/runIdentity.ts'

test('the names of runs sort by their start, also within one second', () => {
  const times = ['2026-11-24T01:02:03.004Z', '2026-11-24T01:02:03.040Z', '2026-11-24T01:02:03.400Z', '2026-11-24T01:02:04.000Z']
  // Random parts that would turn the order round.
  const names = times.map((time, i) =>
    runId({ clock: { now: () => new Date(time) }, randomness: { uuid: () => `${9 - i}aaaaaaa-0000` } } as unknown as Parameters<
      typeof runId
    >[0]),
  )
  assert.equal([...names].sort(), names)
  assert.is(names[0], '20261124T010203004Z-9aaaaaaa')
})

test.run()
