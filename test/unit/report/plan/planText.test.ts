import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../../src/kinds/kind.ts'
import { PLAIN } from '../../../../src/report/format/style.ts'
import { planText } from '../../../../src/report/plan/planText.ts'
import { address } from '../../../../src/values/address.ts'
import { at, change, edit, inObject, planOf } from '../../../support/plans.ts'

const print = (n: number) => `0a1b2c3d:${String(n).repeat(64)}`

test('a plan reads as an operator expects it', () => {
  const plan = planOf(
    change('bucket/spacelift-states', 'create', [
      edit('/versioning', undefined, 'enabled', 'declared'),
      edit('/policy', undefined, 'none', 'declared'),
    ]),
    change('secret/spacelift/spacelift-shared', 'update', [
      { ...edit('/keys/DATABASE_URL', print(1), print(2), 'declared'), origin: at },
      { ...edit('/keys/FOREIGN', print(3), undefined, 'drifted'), by: { manager: 'kubectl-edit', time: '2026-11-24T01:02:03Z' } },
    ]),
    change('bucket/spacelift-modules', 'keep', []),
    {
      ...change('release/spacelift/spacelift', 'repair', [
        { ...edit('/values/server/replicaCount', 1, 3, 'drifted'), by: { manager: 'helm' } },
      ]),
      impact: { ...NO_IMPACT, restarts: [{ workload: 'spacelift-server', pods: 3 }], notes: ['Revision 3 -> 4.'] },
    },
  )
  assert.fixture(
    planText(plan, PLAIN),
    `  + bucket/spacelift-states
      policy      none
      versioning  enabled

  ~ secret/spacelift/spacelift-shared
      ~ keys.DATABASE_URL  (changed, values hidden)  # declared desired-state.yaml:42:7
      - keys.FOREIGN       (removed, value hidden)  # drifted, kubectl-edit at 2026-11-24T01:02:03Z

  ~ release/spacelift/spacelift  (drifted)
      Revision 3 -> 4.
      ~ values.server.replicaCount  1 -> 3  # drifted, helm

Plan: 1 to add, 2 to change, 0 to destroy.
Restarts: spacelift-server (3 pods).
Data at risk: none.`,
  )
})

test('the fields of an object are listed under its name; an object that was added or deleted is one line', () => {
  const server = 'apps/Deployment/spacelift-server'
  const plan = planOf(
    change('release/spacelift/spacelift', 'repair', [
      { ...edit('/values/a', 1, 2, 'drifted'), by: { manager: 'helm' } },
      edit(inObject('Service/mqtt', '/apiVersion'), undefined, 'v1', 'drifted'),
      edit(inObject('Service/mqtt', '/spec/type'), undefined, 'ClusterIP', 'drifted'),
      edit(inObject('Service/old', '/apiVersion'), 'v1', undefined, 'drifted'),
      { ...edit(inObject(server, '/spec/replicas'), 1, 3, 'drifted'), by: { manager: 'kubectl' } },
      edit(inObject(server, '/spec/template/spec/containers/server/args/[0]'), print(1), undefined, 'drifted'),
    ]),
  )
  assert.fixture(
    planText(plan, PLAIN).split('\n\n')[0] ?? '',
    `  ~ release/spacelift/spacelift  (drifted)
      ~ values.a  1 -> 2  # drifted, helm
      + Service/mqtt  (missing)  # drifted
      - Service/old  (not in the chart)  # drifted
      ~ apps/Deployment/spacelift-server
          ~ spec.replicas                                 1 -> 3  # drifted, kubectl
          - spec.template.spec.containers.server.args[0]  (removed, value hidden)  # drifted`,
  )
})

test('a new release counts its objects', () => {
  const created = ['a', 'b'].flatMap((name) => [
    edit(`/objects/Service~1${name}/apiVersion`, undefined, 'v1', 'declared'),
    edit(`/objects/Service~1${name}/spec/type`, undefined, 'ClusterIP', 'declared'),
  ])
  const plan = planOf(change('release/spacelift/spacelift', 'create', [edit('/status', undefined, 'deployed', 'declared'), ...created]))
  assert.fixture(
    planText(plan, PLAIN).split('\n\n')[0] ?? '',
    `  + release/spacelift/spacelift
      objects  2 objects
      status   deployed`,
  )
})

test('a plan without changes is one sentence', () => {
  assert.is(
    planText(planOf(change('bucket/a', 'keep', []), change('bucket/b', 'adopt', [])), PLAIN),
    'No changes. All 2 resources are as declared.',
  )
})

test('a blocked resource is never counted as one to add', () => {
  const text = planText(planOf(change('bucket/a', 'blocked', []), change('bucket/b', 'create', [])), PLAIN)
  assert.match(text, 'This plan is incomplete. 1 of 2 resources could not be planned:\n  ? bucket/a')
  assert.not.match(text, 'to add')
})

test('a warning is printed with its details and its fix', () => {
  const problem = { code: 'c', summary: 'One pod runs another image.', detail: 'registry: a\npod-1: b', remedy: 'Restart it.' }
  const findings = [{ ...problem, address: address('image', 'backend') }]
  const text = planText({ ...planOf(change('image/backend', 'keep', [])), findings }, PLAIN)
  assert.match(text, '  ! One pod runs another image: image/backend.\n    registry: a\n    pod-1: b\n    Restart it.\n')
})

test.run()
