import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, runOk } from '../../test/acceptance/support/run.ts'

/** A command to measure, and its name in the table. It must exit with 0. */
export type MeasuredCommand = { readonly name: string; readonly command: Command; readonly env: Record<string, string> }

/** One run: wall time and CPU time of the whole process tree in seconds, and peak memory in MiB. */
export type Measurement = { readonly wall: number; readonly cpu: number; readonly memory: number }

/** Medians of wall and memory, the mean of CPU; `least`: the shortest wall. */
export type Row = Measurement & { readonly name: string; readonly least: number; readonly runs: number }

const MEMORY_RUNS = 3
/** The kernel counts the children's time in ticks of 10 ms; their sum over all runs is exact, and so is its mean. */
const TICKS_PER_SECOND = 100

/**
 * Measures commands side by side: all of them in every round, in alternating order, so that other load on the machine affects all
 * of them. The first round only warms the caches.
 */
export async function compare(contestants: readonly MeasuredCommand[], rounds: number): Promise<Row[]> {
  const runs = contestants.map((contestant) => ({ contestant, times: [] as Times[] }))
  for (const { contestant } of runs) await timed(contestant)
  for (let round = 0; round < rounds; round++)
    for (const { contestant, times } of round % 2 === 0 ? runs : runs.toReversed()) times.push(await timed(contestant))
  const rows: Row[] = []
  for (const { contestant, times } of runs) rows.push(summary(contestant.name, times, await peaks(contestant)))
  return rows
}

export type Times = Pick<Measurement, 'wall' | 'cpu'>

/** One run without instrumentation. */
export async function timed({ command, env }: MeasuredCommand): Promise<Times> {
  const before = childrenSeconds()
  const started = performance.now()
  await runOk(command, { env })
  const wall = (performance.now() - started) / 1000
  return { wall, cpu: childrenSeconds() - before }
}

/** Peak memory of one more run, in MiB: its Node process writes it to a file when it exits. */
export async function peak({ command, env }: MeasuredCommand): Promise<number> {
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

/** One row of a table. */
export function summary(name: string, times: readonly Times[], memory: readonly number[]): Row {
  const walls = times.map(({ wall }) => wall)
  const cpu = times.reduce((sum, { cpu }) => sum + cpu, 0) / times.length
  return { name, wall: median(walls), least: Math.min(...walls), cpu, memory: median(memory), runs: times.length }
}

async function peaks(contestant: MeasuredCommand): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < MEMORY_RUNS; i++) samples.push(await peak(contestant))
  return samples
}

/** User and system time of all processes that this one has waited for. */
export function childrenSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
