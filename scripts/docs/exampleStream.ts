import type { Edit } from '../../src/kinds/kind.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { jsonReporter } from '../../src/report/json/jsonReporter.ts'
import { address } from '../../src/values/address.ts'
import { VERSION } from '../../src/version.ts'

const shared = address('secret', 'spacelift', 'spacelift-shared')
const fingerprint = (digit: string) => `0a1b2c3d:${digit.repeat(64)}`

const edits: readonly Edit[] = [
  {
    pointer: '/keys/DATABASE_URL',
    from: fingerprint('1'),
    to: fingerprint('2'),
    cause: 'drifted',
    by: { manager: 'kubectl-edit', time: '2026-11-24T00:58:12Z' },
    origin: { file: 'desired-state.yaml', line: 42, col: 7 },
  },
]

const impact = { restarts: [{ workload: 'spacelift-server', pods: 3 }], dataAtRisk: [], access: [], refusals: [] }
const plan: Plan = {
  changes: [{ address: shared, action: 'repair', edits, impact, after: [] }],
  findings: [],
  problems: [],
  uncheckedCount: 0,
}

/** The reporter's own output for an apply that repairs one secret. */
export function exampleStream(): string {
  let text = ''
  const now = () => new Date(Date.UTC(2026, 10, 24, 1, 2, 3))
  const report = jsonReporter({ write: (line) => (text += line), now, version: VERSION })
  report.plan(plan)
  report.event({ type: 'apply_start', address: shared, action: 'repair' })
  report.event({ type: 'apply_complete', address: shared, action: 'repair', seconds: 0.1 })
  report.applied({ plan, done: [shared], failed: [], skipped: [], problems: [] })
  return text
}
