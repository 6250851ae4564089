import { COUNTS, costPerBucket, growBuckets } from '../../../scripts/bench/manyBuckets.ts'
import { compare } from '../../../scripts/bench/measure.ts'
import { compareWithProbe, requestCounts } from '../../../scripts/bench/noopPlan.ts'
import { recordPlanRequests } from '../../../scripts/bench/probe/bareProbe.ts'
import { makeBundle } from '../../../scripts/bench/programs.ts'
import { rowLines } from '../../../scripts/bench/report.ts'
import { acceptance, isQuick } from '../support/acceptance.ts'
import { LabInstallation } from '../support/installation.ts'
import { atMost, ROUNDS } from './limits.ts'

const test = acceptance('the cost of a plan', async () => {
  await makeBundle()
  return LabInstallation.applied()
})
/** Median wall time in seconds. */
const MAX_PLAN_SECONDS = 0.25
/** Of a plan to MinIO. */
const REQUESTS_PER_BUCKET = 3

test('a plan without changes sends no request twice', async (installation) => {
  const requests = await recordPlanRequests(installation)
  const { kubernetes, minio, registry } = requests
  const sent = [...kubernetes, ...minio, ...registry].map(({ method, path }) => `${method} ${path}`)
  const repeated = sent.filter((request, i) => sent.indexOf(request) !== i)
  if (repeated.length > 0) throw new Error(repeated.join('\n'))
  return requestCounts(requests)
})

test(`a plan without changes is measured beside a bare process with the same requests: at most ${MAX_PLAN_SECONDS} s`, async (installation) => {
  const rows = await compareWithProbe(installation, await recordPlanRequests(installation), ROUNDS)
  for (const text of rowLines(rows)) test.note(text)
  return atMost(rows[0]?.wall, MAX_PLAN_SECONDS)
})

if (isQuick)
  test('20 more buckets cost a plan 60 more requests', async (installation) => {
    const { plans } = await growBuckets(installation, [0, 20])
    const few = await recordPlanRequests(installation, plans[0])
    const many = await recordPlanRequests(installation, plans[1])
    const more = many.minio.length - few.minio.length
    if (more !== 20 * REQUESTS_PER_BUCKET || many.kubernetes.length !== few.kubernetes.length)
      throw new Error(`${requestCounts(few)}; ${requestCounts(many)}`)
    return `${few.minio.length} and ${many.minio.length}`
  })

test.full(`the cost of a plan is linear up to ${COUNTS.at(-1)} extra buckets`, async (installation) => {
  const { applied, plans } = await growBuckets(installation, COUNTS)
  const rows = await compare(plans, 5)
  for (const text of [...rowLines(applied), ...rowLines(rows), ...costPerBucket(rows)]) test.note(text)
  const cpu = (name: string) => rows.find((row) => row.name === name)?.cpu ?? Number.NaN
  const [none, half, whole] = [cpu('plan with 0'), cpu('plan with 500'), cpu('plan with 1000')]
  const ratio = (whole - half) / (half - none)
  // The same step twice: 1 when linear, 3 when quadratic.
  if (!(ratio < 1.6)) throw new Error(`the second 500 cost ${ratio.toFixed(2)} times the first`)
  return `the second 500 cost ${ratio.toFixed(2)} times the CPU of the first`
})

test.run()
