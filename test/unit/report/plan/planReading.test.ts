import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../../src/kinds/kind.ts'
import type { PlannedChange } from '../../../../src/plan/plan.ts'
import { COLORED, chooseWidth, PLAIN } from '../../../../src/report/format/style.ts'
import { visibleLength } from '../../../../src/report/format/wrap.ts'
import { planText } from '../../../../src/report/plan/planText.ts'
import { at, change, edit, inObject, planOf } from '../../../support/plans.ts'

const upgrade = change('release/spacelift/spacelift', 'update', [
  { ...edit('/chart/version', '3.0.0', '3.0.1', 'declared'), origin: at },
  {
    ...edit(
      '/values/shared/image',
      'registry.example.com/spacelift/backend:v3.0.0',
      'registry.example.com/spacelift/backend:v3.0.1',
      'declared',
    ),
    origin: at,
  },
  { ...edit('/values/server/config', 'a: 1\nb: 2\n', 'a: 1\nb: 3\n', 'drifted'), by: { manager: 'helm' } },
  ...['Ingress/v4', 'Ingress/v6', 'Service/mqtt', 'Service/server'].map((name) =>
    edit(inObject(name, '/metadata/labels/helm.sh~1chart'), 'spacelift-3.0.0', 'spacelift-3.0.1', 'declared'),
  ),
])
const buckets = (count: number): PlannedChange[] =>
  Array.from({ length: count }, (_, i) =>
    change(`bucket/team-${String(i).padStart(3, '0')}`, 'repair', [
      { ...edit('/versioning', 'off', 'enabled', 'drifted'), origin: { ...at, line: 40 + i } },
    ]),
  )
const goes = change('bucket/exports', 'remove', [edit('/versioning', 'off', undefined, 'declared')])
const restarts = { ...upgrade, impact: { ...NO_IMPACT, restarts: [{ workload: 'spacelift-server', pods: 3 }] } }

test('restarts of outdated pods are printed with their reasons', () => {
  const because = ['they started while secret/spacelift/spacelift-shared held other values', 'they run another image/backend']
  const stale = {
    ...upgrade,
    impact: {
      ...NO_IMPACT,
      restarts: [
        { workload: 'spacelift-server', pods: 3, because },
        { workload: 'spacelift-drain', pods: 1 },
      ],
    },
  }
  const text = planText(planOf(stale), PLAIN)
  assert.match(text, `Restarts: spacelift-drain (1 pod), spacelift-server (3 pods: ${because.join('; ')}).`)
  const narrow = planText(planOf(stale), PLAIN, { width: 80 })
  assert.ok(narrow.split('\n').every((line) => line.length <= 80))
})

test('on eighty columns long values are printed below their names, and objects with the same change share their lines', () => {
  assert.fixture(
    planText(planOf(upgrade), PLAIN, { width: 80 }),
    `  ~ release/spacelift/spacelift
      ~ chart.version         3.0.0 -> 3.0.1  # declared desired-state.yaml:42:7
      ~ values.shared.image  # declared desired-state.yaml:42:7
          registry.example.com/spacelift/backend:[-v3.0.0-]{+v3.0.1+}
      ~ values.server.config  # drifted, helm
            a: 1
          - b: 2
          + b: 3
      ~ 4 objects with the same change
          Ingress/v4, Ingress/v6, Service/mqtt, Service/server
          ~ metadata.labels[helm.sh/chart]  spacelift-3.0.0 -> spacelift-3.0.1
              # declared

Plan: 0 to add, 1 to change, 0 to destroy.
Restarts: none.
Data at risk: none.`,
  )
})

test('resources with the same change share a paragraph, with all their names and "and others" for other causes', () => {
  assert.fixture(
    planText(
      planOf(...buckets(5).map((one, i) => ({ ...one, edits: one.edits.map((it) => ({ ...it, by: { manager: `m${i}` } })) }))),
      PLAIN,
      {
        width: 60,
      },
    ),
    `  ~ 5 buckets with the same change  (drifted)
      bucket/team-000, bucket/team-001, bucket/team-002,
      bucket/team-003, bucket/team-004
      ~ versioning  off -> enabled  # drifted, m0 and others

Plan: 0 to add, 5 to change, 0 to destroy.
Restarts: none.
Data at risk: none.`,
  )
})

test('three resources with the same change stay separate', () => {
  assert.is(planText(planOf(...buckets(3)), PLAIN).match(/~ bucket\/team-00\d/g)?.length, 3)
})

test('compact: one line per resource, the most dangerous last', () => {
  assert.fixture(
    planText(planOf(goes, restarts, ...buckets(2), change('bucket/new', 'create', [])), PLAIN, { width: 80, compact: true }),
    `  + bucket/new
  ~ bucket/team-000              versioning  # drifted
  ~ bucket/team-001              versioning  # drifted
  ~ release/spacelift/spacelift  chart.version and 6 more  # restarts 3 pods
  - bucket/exports  (no longer declared)

Plan: 1 to add, 3 to change, 1 to destroy.
Restarts: spacelift-server (3 pods).
Data at risk: none.`,
  )
})

test('a plan longer than a screen ends with a summary, the most dangerous changes last', () => {
  const different = Array.from({ length: 30 }, (_, i) =>
    change(`bucket/b-${i}`, 'update', [{ ...edit('/rules/a/days', i, i + 1, 'declared'), origin: at }]),
  )
  const lines = planText(planOf(goes, ...different), PLAIN).split('\n')
  const again = lines.slice(lines.indexOf('Summary:'))
  assert.is(again.length, 1 + 31 + 1 + 3)
  assert.is(again[31], '  - bucket/exports  (no longer declared)')
  assert.not.match(planText(planOf(goes, upgrade), PLAIN), 'Summary:')
})

test('five hundred resources: each is listed, and no line is wider than the terminal', () => {
  const text = planText(planOf(...buckets(499), goes), PLAIN, { width: 80 })
  for (const { address } of [...buckets(499), goes]) assert.match(text, address)
  assert.equal(
    text.split('\n').filter((line) => line.length > 80),
    [],
  )
  assert.match(planText(planOf(...buckets(499), goes), PLAIN, { compact: true }), /^( {2}~ bucket.*\n){499} {2}- bucket\/exports/)
})

test('lines are wrapped at any width from fifty columns on', () => {
  const problem = {
    code: 'c',
    summary: 'Noncurrent versions stay for ever, and cost what they cost',
    remedy: 'Look: mc ls --versions ALIAS/spacelift-run-logs',
  }
  const findings = buckets(9).map(({ address }) => ({ ...problem, address }))
  for (const width of [50, 60, 80, 120]) {
    const text = planText({ ...planOf(restarts, ...buckets(9)), findings }, COLORED, { width })
    const wide = text.split('\n').filter((line) => visibleLength(line) > width)
    // Commands are there to be copied, and a difference marked within its line is one piece.
    assert.equal(
      wide.filter((line) => !/mc ls|\[-/.test(line)),
      [],
    )
  }
})

test("the width is the terminal's, COLUMNS takes precedence, and a pipe has no limit", () => {
  assert.is(chooseWidth({ isTTY: true, columns: 132 }, {}), 132)
  assert.is(chooseWidth({ isTTY: true, columns: 132 }, { COLUMNS: '80' }), 80)
  assert.is(chooseWidth({ columns: 132 }, {}), undefined)
  assert.is(chooseWidth({ isTTY: true }, { COLUMNS: 'wide' }), undefined)
  assert.is(chooseWidth({ isTTY: true, columns: 3 }, {}), 40)
})

test.run()
