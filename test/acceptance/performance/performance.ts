import { readFile } from 'node:fs/promises'
import { ownHome } from '../../../scripts/bench/home.ts'
import { loadedFiles } from '../../../scripts/bench/loaded.ts'
import { COUNTS, grow, growth } from '../../../scripts/bench/manyBuckets.ts'
import { compare } from '../../../scripts/bench/measure.ts'
import { besideAProbe, counted } from '../../../scripts/bench/noopPlan.ts'
import { requestsOfAPlan } from '../../../scripts/bench/probe/bareProbe.ts'
import { bundled, line, makeBundle } from '../../../scripts/bench/programs.ts'
import { asLines } from '../../../scripts/bench/report.ts'
import { startUpRows } from '../../../scripts/bench/startUp.ts'
import { LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'

/** Seconds of wall, medians. */
const PLAN = 0.25
const HELP = 0.08
/** What each asks of MinIO. */
const REQUESTS_A_BUCKET = 3

export const bench: Check = {
  name: 'bench',
  about: `the bundle plans within ${PLAN} s and helps within ${HELP} s, and a plan's cost is linear in the buckets`,
  async run(report, isQuick) {
    await makeBundle()
    await help(report, isQuick)
    await using site = await LabInstallation.applied()
    await plan(report, site, isQuick)
    await (isQuick ? requestsGrow(report, site) : costGrows(report, site))
  },
}

/** Quick runs are for machines that do other things meanwhile: figures are told, and only what does not hang on them is proved. */
async function help(report: Report, isQuick: boolean): Promise<void> {
  await report.line('--help loads no SDK, no parser and no schema', async () => {
    await using home = await ownHome()
    const files = await loadedFiles(line(bundled, '--help'), home.env)
    const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
    const found = ['AWS4-HMAC-SHA256', 'KubeConfig', 'XMLParser', 'ZodType', 'parseDocument'].filter((word) => text.includes(word))
    if (found.length > 0 || !text.includes('CommanderError')) throw new Error(`${found.join(' ')} in ${files.join('\n')}`)
    return `${files.length} files`
  })
  await report.line('--help was measured beside a bare Node process', async () => {
    const rows = await startUpRows(isQuick ? 5 : 21)
    for (const text of asLines(rows)) report.note(text)
    return isQuick ? undefined : within(rows[0]?.wall, HELP)
  })
}

async function plan(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  const requests = await requestsOfAPlan(site)
  await report.line('a no-op plan asks nothing twice', async () => {
    const { kubernetes, minio, registry } = requests
    const asked = [...kubernetes, ...minio, ...registry].map(({ method, path }) => `${method} ${path}`)
    const twice = asked.filter((one, i) => asked.indexOf(one) !== i)
    if (twice.length > 0) throw new Error(twice.join('\n'))
    return counted(requests)
  })
  await report.line('a no-op plan was measured beside a bare probe', async () => {
    const rows = await besideAProbe(site, requests, isQuick ? 5 : 21)
    for (const text of asLines(rows)) report.note(text)
    return isQuick ? undefined : within(rows[0]?.wall, PLAN)
  })
}

function within(found = Number.NaN, limit: number): string {
  if (found <= limit) return `${found.toFixed(3)} s`
  throw new Error(`${found.toFixed(3)} s, allowed ${limit} s`)
}

async function requestsGrow(report: Report, site: LabInstallation): Promise<void> {
  await report.line('twenty buckets more are sixty requests more', async () => {
    const { plans } = await grow(site, [0, 20])
    const few = await requestsOfAPlan(site, plans[0])
    const many = await requestsOfAPlan(site, plans[1])
    const more = many.minio.length - few.minio.length
    if (more !== 20 * REQUESTS_A_BUCKET || many.kubernetes.length !== few.kubernetes.length)
      throw new Error(`${counted(few)}; ${counted(many)}`)
    return `${few.minio.length} and ${many.minio.length}`
  })
}

async function costGrows(report: Report, site: LabInstallation): Promise<void> {
  await report.line(`the cost of a plan is linear up to ${COUNTS.at(-1)} extra buckets`, async () => {
    const { applied, plans } = await grow(site, COUNTS)
    const rows = await compare(plans, 5)
    for (const text of [...asLines(applied), ...asLines(rows), ...growth(rows)]) report.note(text)
    const cpu = (name: string) => rows.find((row) => row.name === name)?.cpu ?? Number.NaN
    const [none, half, all] = [cpu('plan with 0'), cpu('plan with 500'), cpu('plan with 1000')]
    const ratio = (all - half) / (half - none)
    // The same step twice: 1 when linear, 3 when quadratic.
    if (!(ratio < 1.6)) throw new Error(`the second 500 cost ${ratio.toFixed(2)} times the first`)
    return `the second 500 cost ${ratio.toFixed(2)} times the CPU of the first`
  })
}
