// npm run bench [-- NAME...] [--rounds N] [--json]: benchmarks of groundcrew on the lab, compared side by side.
import { parseArgs } from 'node:util'
import type { Bench, Table } from './bench/bench.ts'
import { firstApply } from './bench/firstApply.ts'
import { highLatency } from './bench/highLatency.ts'
import { manyBuckets } from './bench/manyBuckets.ts'
import { noopPlan } from './bench/noopPlan.ts'
import { push } from './bench/push.ts'
import { environment, tablesText } from './bench/report.ts'
import { startUp } from './bench/startUp.ts'

const benches: readonly Bench[] = [startUp, noopPlan, highLatency, firstApply, manyBuckets, push]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '21' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
const selected = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (positionals.some((name) => !benches.some((bench) => bench.name === name)) || !Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: npm run bench [-- NAME...] [--rounds N] [--json]')
  for (const { name, about } of benches) console.error(`  ${name.padEnd(8)} ${about}`)
  process.exit(1)
}

const tables: Table[] = []
for (const { name, about, run } of selected) {
  console.error(`${name}: ${about}`)
  tables.push(...(await run(rounds)))
}
console.log(values.json ? JSON.stringify({ ...environment(), tables }, undefined, 2) : tablesText(tables))
