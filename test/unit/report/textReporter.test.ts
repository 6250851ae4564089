import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../../src/plan/plan.ts'
import { PLAIN } from '../../../src/report/format/style.ts'
import type { Reporter } from '../../../src/report/reporter.ts'
import { textReporter } from '../../../src/report/textReporter.ts'
import { address } from '../../../src/values/address.ts'

const refused = { code: 'minio/refused-connection', summary: 'MinIO refuses the connection.', remedy: 'Check that it is running.' }
const REFUSED = 'Error: MinIO refuses the connection.\n  (minio/refused-connection)\n  Fix: Check that it is running.\n'
const [one, two] = [address('bucket', 'one'), address('bucket', 'two')]

test('a plan is printed on stdout, problems on stderr', () => {
  const plan = { ...planOf(change(one, 'keep'), change(two, 'blocked')), problems: [refused] }
  const { out, err } = printed((report) => report.plan(plan))
  assert.is(out, 'This plan is incomplete. 1 of 2 resources could not be planned:\n  ? bucket/two\n')
  assert.is(err, REFUSED)
})

test('for another world no plan is printed', () => {
  assert.equal(
    printed((report) => report.plan({ ...planOf(), problems: [refused] })),
    { out: '', err: REFUSED },
  )
})

test('a successful apply prints the number of changes, one without changes prints nothing', () => {
  const plan = planOf(change(one, 'create'), change(two, 'create'))
  const nothing = { plan, done: [], failed: [], skipped: [], problems: [] }
  assert.equal(
    printed((report) => report.applied({ ...nothing, done: [one, two] })),
    { out: '\nApply complete. 2 resources changed.\n', err: '' },
  )
  assert.equal(
    printed((report) => report.applied(nothing)),
    { out: '', err: '' },
  )
})

test('an incomplete apply prints the result of each step, the causes, and how to continue', () => {
  const plan = planOf(change(one, 'create'), change(two, 'create'))
  const ended = printed((report) => {
    report.event({ type: 'apply_start', address: one, action: 'create' })
    report.applied({ plan, done: [], failed: [one], skipped: [two], problems: [refused] })
    report.note('A remark.')
  })
  assert.is(
    ended.out,
    'bucket/one: Creating...\n\nApply incomplete: 0 done, 1 failed, 1 skipped. Run groundcrew apply again to continue.\n\nA remark.\n',
  )
  assert.is(ended.err, REFUSED)
})

test('a note is separated from earlier output', () => {
  const { out } = printed((report) => {
    report.note('One.')
    report.note('Two.')
  })
  assert.is(out, 'One.\n\nTwo.\n')
})

function printed(report: (report: Reporter) => void): { out: string; err: string } {
  const text = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => ({ write: (line: string) => (text[name] += line), style: PLAIN })
  report(textReporter(sink('out'), sink('err')))
  return text
}

function planOf(...changes: readonly PlannedChange[]): Plan {
  return { changes, findings: [], problems: [], uncheckedCount: 0 }
}

function change(where: PlannedChange['address'], action: PlannedChange['action']): PlannedChange {
  return { address: where, action, edits: [], impact: NO_IMPACT, after: [] }
}

test.run()
