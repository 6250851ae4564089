import type { Bench } from './bench.ts'
import { ownHome } from './home.ts'
import { type Contestant, compare } from './measure.ts'
import { bareNode, bundled, line, makeBundle, source } from './programs.ts'

export const startUp: Bench = {
  name: 'start',
  about: 'what asks no server: --help and version, beside a Node process with nothing to do',
  async run(rounds) {
    await makeBundle()
    await using home = await ownHome()
    const ours = [bundled, source].flatMap((program) =>
      ['--help', 'version'].map((word): Contestant => {
        return { name: `${word} (${program.name})`, command: line(program, word), env: { ...home.env, ...program.env } }
      }),
    )
    const rows = await compare([...ours, { name: 'bare Node', command: bareNode, env: home.env }], rounds)
    return [{ title: 'Start-up', rows, notes: [] }]
  },
}
