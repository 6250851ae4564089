import type { Bench } from './bench.ts'
import { ownHome } from './home.ts'
import { type Contestant, compare, type Row } from './measure.ts'
import { bareNode, bundled, line, makeBundle, source } from './programs.ts'

export const startUp: Bench = {
  name: 'start',
  about: 'what asks no server: --help and version, beside a Node process with nothing to do',
  async run(rounds) {
    await makeBundle()
    return [{ title: 'Start-up', rows: await startUpRows(rounds), notes: [] }]
  },
}

/** The bundle's --help first, bare Node last. */
export async function startUpRows(rounds: number): Promise<Row[]> {
  await using home = await ownHome()
  const ours = [bundled, source].flatMap((program) =>
    ['--help', 'version'].map((word): Contestant => {
      return { name: `${word} (${program.name})`, command: line(program, word), env: { ...home.env, ...program.env } }
    }),
  )
  return compare([...ours, { name: 'bare Node', command: bareNode, env: home.env }], rounds)
}
