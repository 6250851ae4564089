import { KINDS } from '../../src/kinds/index.ts'
import { type Edit, type Finding, type Impact, NO_IMPACT } from '../../src/kinds/kind.ts'
import type { Action, Plan, PlannedChange } from '../../src/plan/plan.ts'
import { type Address, kindOf } from '../../src/values/address.ts'
import type { Position } from '../../src/values/position.ts'

/** A realistic plan: changes declared in the file, and drift made by hand since the last apply. */
export function examplePlan(): Plan {
  const changes = [
    change('bucket/acme-exports', 'create', [
      edit('/policy', undefined, 'none', 'declared'),
      edit(`${CURRENT}/days`, undefined, 30, 'declared'),
      edit(`${CURRENT}/enabled`, undefined, true, 'declared'),
      edit('/versioning', undefined, 'enabled', 'declared'),
    ]),
    ...['policy-inputs', 'uploads', 'user-uploaded-workspaces', 'workspaces'].map((role, i) =>
      change(`bucket/spacelift-${role}`, 'update', noncurrentExpiry(7, at(19 + i, 20))),
    ),
    change('bucket/spacelift-run-logs', 'update', [
      edit(`${CURRENT}/days`, 60, 90, 'declared', { origin: at(18, 17) }),
      ...noncurrentExpiry(7, at(18, 38)),
    ]),
    change('bucket/spacelift-states', 'repair', [edit('/versioning', 'off', 'enabled', 'drifted')]),
    change('secret/spacelift/spacelift-shared', 'repair', [
      edit('/keys/DEBUG', `0a1b2c3d:${'1'.repeat(64)}`, undefined, 'drifted', {
        by: { manager: 'kubectl-patch', time: '2026-11-20T16:49:25Z' },
      }),
    ]),
    change('release/spacelift/spacelift', 'update', RELEASE, {
      notes: ['Revision 3 -> 4.'],
      restarts: [{ workload: 'spacelift-server', pods: 3 }],
    }),
  ]
  return { changes, findings: [NONCURRENT_STAY], problems: [], uncheckedCount: 0 }
}

const CURRENT = '/rules/all objects: expire current versions'
const NONCURRENT = '/rules/all objects: expire noncurrent versions'
const ALLOWED = ['10.0.0.0/8,172.16.0.0/12,minio.example.com', 'registry.example.com'] as const
const EGRESS = [ALLOWED.join(','), [ALLOWED[0], 'proxy.example.com', ALLOWED[1]].join(',')] as const
const DEPLOYMENT = '/objects/apps~1Deployment~1spacelift-'

const RELEASE: readonly Edit[] = [
  edit('/values/server/podAnnotations/egress.example.com~1allow', ...EGRESS, 'declared', { origin: at(51, 31) }),
  edit(`${DEPLOYMENT}drain/spec/replicas`, 1, 3, 'drifted', { by: { manager: 'kubectl' } }),
  edit(`${DEPLOYMENT}server/spec/template/metadata/annotations/egress.example.com~1allow`, ...EGRESS, 'declared', { origin: at(52, 3) }),
]

const NONCURRENT_STAY: Finding = {
  address: 'bucket/acme-exports' as Address,
  code: 'bucket/noncurrent-versions-stay',
  summary: 'Expired objects stay as noncurrent versions forever.',
  remedy: 'Set objectStorage.extraBuckets.acme-exports.noncurrentDays.',
}

function noncurrentExpiry(days: number, origin: Position): Edit[] {
  return [
    edit(`${NONCURRENT}/days`, undefined, days, 'declared', { origin }),
    edit(`${NONCURRENT}/enabled`, undefined, true, 'declared', { origin }),
  ]
}

function at(line: number, col: number): Position {
  return { file: 'desired-state.yaml', line, col }
}

function edit(pointer: string, from: Edit['from'], to: Edit['to'], cause: Edit['cause'], more: Pick<Edit, 'by' | 'origin'> = {}): Edit {
  return { pointer, from, to, cause, ...more }
}

function change(name: string, action: Action, edits: readonly Edit[], impact: Partial<Impact> = {}): PlannedChange {
  const objects = KINDS.find((kind) => kind.name === kindOf(name as Address))?.traits.objects
  return { address: name as Address, action, edits, impact: { ...NO_IMPACT, ...impact }, after: [], ...(objects && { objects }) }
}
