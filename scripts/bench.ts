// npm run bench [-- NAME...] [--rounds N] [--json]: what groundcrew costs, measured side by side on the real lab.
import { parseArgs } from 'node:util'
import type { Bench, Table } from './bench/bench.ts'
import { farAway } from './bench/farAway.ts'
import { firstApply } from './bench/firstApply.ts'
import { manyBuckets } from './bench/manyBuckets.ts'
import { noopPlan } from './bench/noopPlan.ts'
import { push } from './bench/push.ts'
import { asText, circumstances } from './bench/report.ts'
import { startUp } from './bench/startUp.ts'

const benches: readonly Bench[] = [startUp, noopPlan, farAway, firstApply, manyBuckets, push]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '21' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
const wanted = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (positionals.some((name) => !benches.some((one) => one.name === name)) || !Number.isInteger(rounds) || rounds < 1) {
  console.error('usage: npm run bench [-- NAME...] [--rounds N] [--json]')
  for (const { name, about } of benches) console.error(`  ${name.padEnd(8)} ${about}`)
  process.exit(1)
}

const tables: Table[] = []
for (const { name, about, run } of wanted) {
  console.error(`${name}: ${about}`)
  tables.push(...(await run(rounds)))
}
console.log(values.json ? JSON.stringify({ ...circumstances(), tables }, undefined, 2) : asText(tables))
