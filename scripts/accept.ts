// npm run accept -- 1 [--quick] [--only NAME]...: does literally what "It is done when" of a step's issue says, on the real lab.
import { parseArgs } from 'node:util'
import { type Check, Report } from './accept/report.ts'
import { step1 } from './accept/step1.ts'
import { step2 } from './accept/step2.ts'
import { step3 } from './accept/step3.ts'
import { step4 } from './accept/step4.ts'
import { step5 } from './accept/step5.ts'

const steps: Record<string, readonly Check[]> = { '1': step1, '2': step2, '3': step3, '4': step4, '5': step5 }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
})
const checks = steps[positionals[0] ?? '']
const known = checks?.map(({ name }) => name) ?? []
const wanted = values.only ?? known
if (!checks || wanted.some((name) => !known.includes(name))) {
  console.error(`usage: npm run accept -- STEP [--quick] [--only NAME]...`)
  console.error(`steps: ${Object.keys(steps).join(', ')}; names of the checks: ${(checks ?? step1).map(({ name }) => name).join(', ')}`)
  process.exit(1)
}

const report = new Report()
for (const check of checks) if (wanted.includes(check.name)) await report.check(check, values.quick)
console.log(`${report.passed} passed, ${report.failed} failed`)
// A failed check may have left a listener open; the labs end with this process.
process.exit(report.failed === 0 && report.passed > 0 ? 0 : 1)
