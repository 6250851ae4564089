import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { VERSION } from '../../src/version.ts'
import { versions } from '../lab/versions.ts'
import type { Table } from './bench.ts'
import type { Row } from './measure.ts'

/** The machine and the versions that were measured. */
export function environment() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const machine = `${cpus().length} cores ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`
  const { kubernetes, minio } = versions
  return { date: new Date().toISOString(), machine, groundcrew: `${VERSION} (${commit})`, node: process.version, kubernetes, minio }
}

/** The tables as text: columns padded, ratios relative to the last row. */
export function tablesText(tables: readonly Table[]): string {
  const about = Object.entries(environment()).map(([name, value]) => `${name.padEnd(11)} ${value}`)
  return [...about, ...tables.flatMap((table) => ['', ...tableText(table)])].join('\n')
}

const HEAD = ['', 'wall s', 'least', 'CPU s', 'MiB', 'runs', 'x wall', 'x CPU']

function tableText({ title, rows, notes }: Table): string[] {
  return [title, ...[...rowLines(rows), ...notes].map((line) => `  ${line}`)]
}

/** The header and the rows of one table. */
export function rowLines(rows: readonly Row[]): string[] {
  const cells = [HEAD, ...rows.map((row) => rowCells(row, rows.at(-1) as Row))]
  const widths = HEAD.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  const padded = (cell: string, i: number) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))
  return cells.map((row) => row.map(padded).join('  '))
}

function rowCells(row: Row, last: Row): string[] {
  const memory = Number.isNaN(row.memory) ? '-' : row.memory.toFixed(0)
  const ratios = [row.wall / last.wall, row.cpu / last.cpu].map((ratio) => ratio.toFixed(2))
  return [row.name, row.wall.toFixed(3), row.least.toFixed(3), row.cpu.toFixed(3), memory, String(row.runs), ...ratios]
}
