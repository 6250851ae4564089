import type { Bench } from './bench.ts'
import { emptyHome } from './home.ts'
import { compare, type MeasuredCommand, type Row } from './measure.ts'
import { bareNode, bundled, commandLine, makeBundle, source } from './programs.ts'

export const startUp: Bench = {
  name: 'start',
  about: 'commands without requests: --help and version, compared with a Node process without a program',
  async run(rounds) {
    await makeBundle()
    return [{ title: 'Start-up', rows: await startUpRows(rounds), notes: [] }]
  },
}

/** The bundle's --help first, bare Node last. */
export async function startUpRows(rounds: number): Promise<Row[]> {
  await using home = await emptyHome()
  const programs = [bundled, source].flatMap((program) =>
    ['--help', 'version'].map((word): MeasuredCommand => {
      return { name: `${word} (${program.name})`, command: commandLine(program, word), env: { ...home.env, ...program.env } }
    }),
  )
  return compare([...programs, { name: 'bare Node', command: bareNode, env: home.env }], rounds)
}
