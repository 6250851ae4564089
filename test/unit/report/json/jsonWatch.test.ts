import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../../src/kinds/kind.ts'
import type { Plan } from '../../../../src/plan/plan.ts'
import { jsonReporter } from '../../../../src/report/json/jsonReporter.ts'
import { address } from '../../../../src/values/address.ts'
import type { WatchEvent } from '../../../../src/watch/watchEvents.ts'
import { FakeClock } from '../../../support/fakeClock.ts'
import { readStream } from '../../../support/stream.ts'

const a = address('bucket', 'a')
const change = { address: a, action: 'repair', edits: [], impact: NO_IMPACT, after: [] } as const
const plan: Plan = { changes: [change], findings: [], problems: [], uncheckedCount: 0 }
const problem = { code: 'f', summary: 'It failed.', remedy: 'Fix it.' }

/** One event of each type of the daemon, and the types of its lines. */
const EXPECTED_TYPES: readonly (readonly [WatchEvent, readonly string[]])[] = [
  [{ type: 'watch_start', file: 'desired-state.yaml' }, ['log']],
  [{ type: 'watch_settings', policy: 'all', intervalSeconds: 60 }, ['log']],
  [{ type: 'watch_triggered', by: 'file' }, ['log']],
  [{ type: 'watch_plan', plan }, ['planned_change', 'change_summary']],
  [{ type: 'watch_left_out', policy: 'none', leftOut: [{ change, why: { is: 'action' } }], command: 'groundcrew apply' }, ['log']],
  [{ type: 'watch_problems', problems: [problem, problem] }, ['diagnostic', 'diagnostic']],
  [{ type: 'watch_clear' }, ['log']],
  [{ type: 'apply_start', address: a, action: 'repair' }, ['apply_start']],
  [{ type: 'watch_applied', plan, done: [], failed: [a], skipped: [], problems: [problem] }, ['diagnostic', 'change_summary']],
  [{ type: 'watch_paused', seconds: 30, again: [a] }, ['log']],
  [{ type: 'watch_stopping' }, ['log']],
  [{ type: 'watch_stopped', abandonedStep: true }, ['log']],
]

for (const [event, types] of EXPECTED_TYPES)
  test(`${event.type} becomes lines of the stream`, () => {
    let text = ''
    const clock = new FakeClock()
    jsonReporter({ write: (line) => (text += line), now: () => clock.now(), version: '0.1.0' }).watch(event, clock.now())
    const [, ...lines] = readStream(text)
    assert.equal(
      lines.map(({ type }) => type),
      types,
    )
  })

test.run()
