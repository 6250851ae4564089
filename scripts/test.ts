/**
 * Runs every `*.test.ts` below a folder, each file in its own process (uvu's own runner would share one), and ends with
 * `N passed, N failed`. A file that runs no test fails: uvu exits with 0 if `test.run()` is missing.
 *
 *   node scripts/test.ts test/unit                   no real servers
 *   node scripts/test.ts test/lab                    on the lab
 *   node scripts/test.ts test/acceptance --quick     on the lab; --quick: the quick tests and samples of the long ones
 *   node scripts/test.ts test/acceptance drift watch only these topics (or files: drift/classes)
 *   node scripts/test.ts --floor 120 …               fails if fewer tests pass
 */
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

type FileResult = {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly unprinted: string
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { floor: { type: 'string' }, jobs: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const [folder = 'test/unit', ...topics] = positionals
const isOnServers = folder !== 'test/unit'
const isAcceptance = folder === 'test/acceptance'
const files = globSync(`${folder}/**/*.test.ts`)
  .filter(
    (file) =>
      topics.length === 0 ||
      topics.some((topic) => file === topic || `${file.replace('.test.ts', '')}/`.startsWith(`${join(folder, topic)}/`)),
  )
  .sort()
// Tests on real servers share the machine with them: sequential by default.
const jobs = Number(values.jobs ?? (isOnServers ? 1 : availableParallelism()))

// Temporary files of tests are deleted after the run. A short path: unix sockets are limited to about a hundred characters.
const temporary = mkdtempSync(join(tmpdir(), 'groundcrew-test-'))
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))

const results: FileResult[] = []
const queue = [...files]
await Promise.all(Array.from({ length: jobs }, work))
const passed = sum('passed')
const isBelowFloor = passed < Number(values.floor ?? 0)
const failed = sum('failed') + (isBelowFloor ? 1 : 0)
if (isBelowFloor) console.log(`only ${passed} tests passed, the floor is ${values.floor}`)
if (files.length === 0) console.log(`no test file in ${folder} matches ${topics.join(' ')}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (isAcceptance) console.log(`\n${file}`)
    const result = await run(file)
    results.push(result)
    console.log(
      `${result.failed === 0 ? 'ok  ' : 'FAIL'} ${file} (${result.passed}${result.skipped > 0 ? `, ${result.skipped} skipped` : ''})`,
    )
    if (result.failed > 0 && result.unprinted !== '') console.log(result.unprinted)
  }
}

function run(file: string): Promise<FileResult> {
  return new Promise((resolve) => {
    const args = ['--disable-warning=ExperimentalWarning', file]
    const env = { ...process.env, TMPDIR: temporary, ...(values.quick && { GROUNDCREW_ACCEPTANCE: 'quick' }) }
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk
      // Acceptance tests take long: their output is printed as it arrives.
      if (isAcceptance) process.stdout.write(String(chunk).replace(/[•✘] /g, ''))
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (code) => {
      const count = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(output)?.[1] ?? 0)
      const [total, passed, skipped] = [count('Total'), count('Passed'), count('Skipped')]
      const ranNone = total === 0 && skipped === 0
      const failed = total - passed || (code !== 0 || ranNone ? 1 : 0)
      const unprinted = `${isAcceptance ? '' : output}${ranNone ? '\nran no test: is test.run() there?' : ''}`
      resolve({ file, passed, failed, skipped, unprinted })
    })
  })
}

function sum(key: 'passed' | 'failed'): number {
  return results.reduce((total, result) => total + result[key], 0)
}
