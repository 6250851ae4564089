import { type Edit, type Impact, NO_IMPACT } from '../../src/kinds/kind.ts'
import type { Action, Plan, PlannedChange } from '../../src/plan/plan.ts'
import type { Address } from '../../src/values/address.ts'

/** A change window's plan: a new version, a new log level, and what somebody did by hand since. */
export function examplePlan(): Plan {
  const changes = [
    change('bucket/spacelift-run-logs', 'update', [
      edit('/rules/all objects: expire current versions/days', 60, 90, 'declared', { origin: at(21, 32) }),
    ]),
    change('bucket/spacelift-states', 'repair', [edit('/versioning', 'off', 'enabled', 'drifted', { origin: 'guide' })]),
    change(
      'secret/spacelift/spacelift-shared',
      'update',
      [
        edit('/keys/DATABASE_URL', print(1), print(2), 'declared', { origin: at(24, 12) }),
        edit('/keys/DEBUG', print(3), undefined, 'drifted', { by: { manager: 'kubectl-edit', time: '2026-11-23T16:20:11Z' } }),
      ],
      { restarts: [pods('drain'), pods('scheduler'), pods('server')] },
    ),
    change('release/spacelift/spacelift', 'update', RELEASE, {
      notes: ['Revision 3 -> 4.'],
      restarts: [pods('drain'), pods('scheduler'), pods('server')],
    }),
  ]
  return { changes, findings: [], problems: [], notLookedAt: 0 }
}

const REGISTRY = 'registry.example.com/spacelift/backend'
const CHART = '/metadata/labels/helm.sh~1chart'
const RELEASE: readonly Edit[] = [
  edit('/chart/version', '3.0.0', '3.0.1', 'declared', { origin: at(40, 14) }),
  edit('/values/shared/image', `${REGISTRY}:v3.0.0`, `${REGISTRY}:v3.0.1`, 'declared', { origin: at(2, 10) }),
  ...['Ingress/server-v4', 'Service/spacelift-mqtt', 'Service/spacelift-server', 'ServiceAccount/spacelift-backend'].map((name) =>
    edit(`/objects/${escaped(name)}${CHART}`, 'spacelift-self-hosted-3.0.0', 'spacelift-self-hosted-3.0.1', 'declared'),
  ),
  edit(`/objects/${escaped('apps/Deployment/spacelift-server')}/spec/replicas`, 1, 3, 'drifted', {
    by: { manager: 'kubectl', time: '2026-11-23T22:04:51Z' },
  }),
]

function pods(name: string) {
  return { workload: `spacelift-${name}`, pods: 3 }
}

function escaped(name: string): string {
  return name.replaceAll('/', '~1')
}

function at(line: number, col: number) {
  return { file: 'desired-state.yaml', line, col }
}

function print(n: number): string {
  return `0a1b2c3d:${String(n).repeat(64)}`
}

function edit(pointer: string, from: Edit['from'], to: Edit['to'], cause: Edit['cause'], more: Pick<Edit, 'by' | 'origin'> = {}): Edit {
  return { pointer, from, to, cause, ...more }
}

function change(name: string, action: Action, edits: readonly Edit[], impact: Partial<Impact> = {}): PlannedChange {
  return { address: name as Address, action, edits, impact: { ...NO_IMPACT, ...impact }, after: [] }
}
