import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, runOk } from '../../test/acceptance/support/run.ts'

/** A command to be measured, under the name it has in the table. It has to end with 0. */
export type Contestant = { readonly name: string; readonly command: Command; readonly env: Record<string, string> }

/** What one run took: seconds on the clock, seconds of computing (the whole process tree), and MiB at the peak. */
export type Figure = { readonly wall: number; readonly cpu: number; readonly memory: number }

/** Medians of wall and memory, the mean of CPU; `least`: the shortest wall. */
export type Row = Figure & { readonly name: string; readonly least: number; readonly runs: number }

const MEMORY_RUNS = 3
/** The kernel counts the children's time in ticks of 10 ms; their sum over all runs is exact, and so is its mean. */
const TICKS_PER_SECOND = 100

/**
 * Measures commands side by side: all of them in every round, every other round backwards, so that whatever else this
 * machine does meets them all. The first round only warms the caches.
 */
export async function compare(contestants: readonly Contestant[], rounds: number): Promise<Row[]> {
  const runs = contestants.map((it) => ({ it, times: [] as Times[] }))
  for (const { it } of runs) await timed(it)
  for (let round = 0; round < rounds; round++)
    for (const { it, times } of round % 2 === 0 ? runs : runs.toReversed()) times.push(await timed(it))
  const rows: Row[] = []
  for (const { it, times } of runs) rows.push(summary(it.name, times, await peaks(it)))
  return rows
}

export type Times = Pick<Figure, 'wall' | 'cpu'>

/** One run as it is, nothing added to it. */
export async function timed({ command, env }: Contestant): Promise<Times> {
  const before = childrenSeconds()
  const started = performance.now()
  await runOk(command, { env })
  const wall = (performance.now() - started) / 1000
  return { wall, cpu: childrenSeconds() - before }
}

/** Peak memory of one more run, MiB: of its Node process, which is told to leave it behind. */
export async function peak({ command, env }: Contestant): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-peak-'))
  const file = join(folder, 'peak')
  const hook = fileURLToPath(new URL('peak.cjs', import.meta.url))
  try {
    await runOk(command, { env: { ...env, PEAK_FILE: file, NODE_OPTIONS: `--require=${hook}` } })
    return Number(await readFile(file, 'utf8'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One row of what was measured. */
export function summary(name: string, times: readonly Times[], memory: readonly number[]): Row {
  const walls = times.map(({ wall }) => wall)
  const cpu = times.reduce((sum, one) => sum + one.cpu, 0) / times.length
  return { name, wall: median(walls), least: Math.min(...walls), cpu, memory: median(memory), runs: times.length }
}

async function peaks(it: Contestant): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < MEMORY_RUNS; i++) found.push(await peak(it))
  return found
}

/** User and system time of all processes that this one has waited for. */
export function childrenSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
}
