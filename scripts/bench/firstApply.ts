import { LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench } from './bench.ts'
import { peak, type Row, summary, type Times, timed } from './measure.ts'
import { bundled, line, makeBundle, type Program, source } from './programs.ts'

/** Each run needs a lab of its own. */
const LARGEST = 3

export const firstApply: Bench = {
  name: 'apply',
  about: 'the first apply of an installation, pods Ready at its end, each on a new lab',
  async run(rounds) {
    await makeBundle()
    const rows: Row[] = []
    for (const program of [bundled, source]) rows.push(await applies(program, Math.min(rounds, LARGEST)))
    return [{ title: 'First apply', rows, notes: ['images of 1 MiB, pods that become Ready at once; helm is most of it'] }]
  },
}

async function applies(program: Program, count: number): Promise<Row> {
  const times: Times[] = []
  for (let i = 0; i < count; i++) times.push(await onANewLab(program, timed))
  return summary(`apply (${program.name})`, times, [await onANewLab(program, peak)])
}

async function onANewLab<T>(program: Program, measure: typeof timed | typeof peak): Promise<T> {
  await using site = await LabInstallation.open()
  const command = line(program, 'apply', '--auto-approve', '-f', site.file)
  return (await measure({ name: program.name, command, env: { ...site.ownEnv, ...program.env } })) as T
}
