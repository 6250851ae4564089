import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench, Table } from './bench.ts'
import { type Contestant, compare, type Row, summary, timed } from './measure.ts'
import { counted } from './noopPlan.ts'
import { requestsOfAPlan } from './probe/bareProbe.ts'
import { bundled, line, makeBundle } from './programs.ts'

export const COUNTS = [0, 250, 500, 1000] as const

export const manyBuckets: Bench = {
  name: 'buckets',
  about: `plans with ${COUNTS.join(', ')} extra buckets in the file, and the apply that makes them`,
  async run(rounds) {
    await makeBundle()
    await using site = await LabInstallation.applied()
    const { applied, plans } = await grow(site, COUNTS)
    const rows = await compare(plans, rounds)
    const requests = await requestsOfAPlan(site, plans.at(-1))
    return [
      { title: 'Apply of extra buckets that are not there yet', rows: applied, notes: [] },
      { title: 'No-op plan with extra buckets', rows, notes: [...growth(rows), counted(requests)] },
    ] satisfies Table[]
  },
}

type SettledPlan = Contestant & { readonly file: string; readonly count: number }

/** Makes ever more buckets. What is in the smaller files stays settled: a plan of such a file has a state of its own. */
export async function grow(site: LabInstallation, counts: readonly number[]): Promise<{ applied: Row[]; plans: SettledPlan[] }> {
  const applied: Row[] = []
  const plans: SettledPlan[] = []
  for (const count of counts) {
    const file = await site.withEdits(`buckets-${count}`, (it) => {
      if (count > 0) it.setIn(['objectStorage', 'extraBuckets'], extraBuckets(count))
    })
    const options = ['--state', `${site.state}-${count}`, '-f', file]
    const apply = { name: `apply of ${count}`, command: line(bundled, 'apply', '--auto-approve', ...options), env: site.ownEnv }
    applied.push(summary(apply.name, [await timed(apply)], []))
    const command = line(bundled, 'plan', '--detailed-exitcode', ...options)
    plans.push({ name: `plan with ${count}`, command, env: site.ownEnv, file, count })
  }
  return { applied, plans }
}

function extraBuckets(count: number) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`extra-${String(i).padStart(4, '0')}`, { expireAfterDays: 30 + (i % 60) }]),
  )
}

/** What each bucket costs between one count and the next: the same everywhere when the cost is linear. */
export function growth(rows: readonly Row[]): string[] {
  return COUNTS.slice(1).map((count, i) => {
    const [before, after] = [rows[i], rows[i + 1]]
    if (before === undefined || after === undefined) throw new Error('a row is missing')
    const each = (key: 'wall' | 'cpu') => (((after[key] - before[key]) / (count - (COUNTS[i] ?? 0))) * 1000).toFixed(2)
    return `${COUNTS[i]} to ${count}: ${each('wall')} ms wall and ${each('cpu')} ms CPU a bucket`
  })
}
