import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench, Table } from './bench.ts'
import { compare, type MeasuredCommand, type Row, summary, timed } from './measure.ts'
import { requestCounts } from './noopPlan.ts'
import { recordPlanRequests } from './probe/bareProbe.ts'
import { bundled, commandLine, makeBundle } from './programs.ts'

export const COUNTS = [0, 250, 500, 1000] as const

export const manyBuckets: Bench = {
  name: 'buckets',
  about: `plans with ${COUNTS.join(', ')} extra buckets in the file, and the apply that creates them`,
  async run(rounds) {
    await makeBundle()
    await using installation = await LabInstallation.applied()
    const { applied, plans } = await growBuckets(installation, COUNTS)
    const rows = await compare(plans, rounds)
    const requests = await recordPlanRequests(installation, plans.at(-1))
    return [
      { title: 'Apply that creates extra buckets', rows: applied, notes: [] },
      { title: 'No-op plan with extra buckets', rows, notes: [...costPerBucket(rows), requestCounts(requests)] },
    ] satisfies Table[]
  },
}

type SettledPlan = MeasuredCommand & { readonly file: string; readonly count: number }

/** Applies files with increasing numbers of buckets. Each file has its own state, so that a plan of a smaller file has no changes. */
export async function growBuckets(
  installation: LabInstallation,
  counts: readonly number[],
): Promise<{ applied: Row[]; plans: SettledPlan[] }> {
  const applied: Row[] = []
  const plans: SettledPlan[] = []
  for (const count of counts) {
    const file = await installation.withEdits(`buckets-${count}`, (document) => {
      if (count > 0) document.setIn(['objectStorage', 'extraBuckets'], extraBuckets(count))
    })
    const options = ['--state', `${installation.state}-${count}`, '-f', file]
    const apply = {
      name: `apply of ${count}`,
      command: commandLine(bundled, 'apply', '--auto-approve', ...options),
      env: installation.ownEnv,
    }
    applied.push(summary(apply.name, [await timed(apply)], []))
    const command = commandLine(bundled, 'plan', '--detailed-exitcode', ...options)
    plans.push({ name: `plan with ${count}`, command, env: installation.ownEnv, file, count })
  }
  return { applied, plans }
}

function extraBuckets(count: number) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`extra-${String(i).padStart(4, '0')}`, { expireAfterDays: 30 + (i % 60) }]),
  )
}

/** The cost per bucket between one count and the next: constant if the cost is linear. */
export function costPerBucket(rows: readonly Row[]): string[] {
  return COUNTS.slice(1).map((count, i) => {
    const [before, after] = [rows[i], rows[i + 1]]
    if (before === undefined || after === undefined) throw new Error('a row is missing')
    const each = (key: 'wall' | 'cpu') => (((after[key] - before[key]) / (count - (COUNTS[i] ?? 0))) * 1000).toFixed(2)
    return `${COUNTS[i]} to ${count}: ${each('wall')} ms wall and ${each('cpu')} ms CPU per bucket`
  })
}
