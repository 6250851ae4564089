import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench } from './bench.ts'
import { peak, type Row, summary, type Times, timed } from './measure.ts'
import { bundled, commandLine, makeBundle, type Program, source } from './programs.ts'

/** Few, because each run needs a lab of its own. */
const MAX_ROUNDS = 3

export const firstApply: Bench = {
  name: 'apply',
  about: 'the first apply of an installation, pods Ready at its end, each on a new lab',
  async run(rounds) {
    await makeBundle()
    const rows: Row[] = []
    for (const program of [bundled, source]) rows.push(await measureApplies(program, Math.min(rounds, MAX_ROUNDS)))
    return [{ title: 'First apply', rows, notes: ['images of 1 MiB, pods that become Ready at once; most of the time is helm'] }]
  },
}

async function measureApplies(program: Program, count: number): Promise<Row> {
  const times: Times[] = []
  for (let i = 0; i < count; i++) times.push(await onNewLab(program, timed))
  return summary(`apply (${program.name})`, times, [await onNewLab(program, peak)])
}

async function onNewLab<T>(program: Program, measure: typeof timed | typeof peak): Promise<T> {
  await using installation = await LabInstallation.open()
  const command = commandLine(program, 'apply', '--auto-approve', '-f', installation.file)
  return (await measure({ name: program.name, command, env: { ...installation.ownEnv, ...program.env } })) as T
}
