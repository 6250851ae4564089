/**
 * Runs every `*.test.ts` under the given folders, each file in its own process (uvu's own runner would share one),
 * and closes with `N passed, N failed`. A file that ran no test has failed: uvu exits 0 without `test.run()`.
 *
 *   node scripts/test.ts test/unit       all but the lab's
 *   node scripts/test.ts test/lab        the lab's; with files named besides, only these
 *   node scripts/test.ts --floor 120 …   fails when fewer tests ran
 */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

type Outcome = { readonly file: string; readonly passed: number; readonly failed: number; readonly output: string }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { floor: { type: 'string' }, jobs: { type: 'string' }, match: { type: 'string' } },
})
const lab = positionals.some((p) => p.includes('lab'))
// `npm run test:lab -- test/lab/x.test.ts`: the script has named the folder already.
const named = positionals.filter((p) => p.endsWith('.ts'))
const files = (named.length > 0 ? named : positionals)
  .flatMap((p) => (p.endsWith('.ts') ? [p] : globSync(`${p}/**/*.test.ts`)))
  .filter((file) => lab || !file.startsWith('test/lab/'))
  .filter((file) => file.includes(values.match ?? ''))
  .sort()
// Lab files share the machine with real servers: one after the other unless told otherwise.
const jobs = Number(values.jobs ?? (lab ? 1 : availableParallelism()))

// What tests leave behind goes with the run. A short path: unix sockets have room for about a hundred characters.
const folder = mkdtempSync(join(tmpdir(), 'groundcrew-test-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const outcomes: Outcome[] = []
const queue = [...files]
await Promise.all(Array.from({ length: jobs }, work))
const passed = sum('passed')
const failed = sum('failed') + (passed < Number(values.floor ?? 0) ? 1 : 0)
if (passed < Number(values.floor ?? 0)) console.log(`only ${passed} tests passed, the floor is ${values.floor}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const outcome = await run(file)
    outcomes.push(outcome)
    console.log(`${outcome.failed === 0 ? 'ok  ' : 'FAIL'} ${file} (${outcome.passed})`)
    if (outcome.failed > 0) console.log(outcome.output)
  }
}

function run(file: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const args = ['--disable-warning=ExperimentalWarning', file]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: folder } })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => {
      const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0)
      const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0)
      const failed = total - passed || (code !== 0 || total === 0 ? 1 : 0)
      resolve({ file, passed, failed, output: total === 0 ? `${output}\nran no test: is test.run() there?` : output })
    })
  })
}

function sum(key: 'passed' | 'failed'): number {
  return outcomes.reduce((total, outcome) => total + outcome[key], 0)
}
