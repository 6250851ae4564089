import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { State } from '../../../../src/state/state.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { expectProblem } from '../../support/output.ts'
import type { Report } from '../../support/report.ts'

type Edit = (state: State) => unknown

const EDITS: readonly (readonly [name: string, edit: Edit, says: RegExp])[] = [
  ['of a newer format', (it) => ({ ...it, format: 2 }), /is in format 2/],
  ['without its lineage', ({ lineage: _, ...it }) => it, /cannot be read/],
  [
    'with a resource that is no record',
    (it) => ({ ...it, resources: { ...it.resources, 'bucket/spacelift-states': 7 } }),
    /bucket\/spacelift-states is malformed/,
  ],
  [
    'with facts that no bucket has',
    (it) => withFacts(it, 'bucket/spacelift-states', { versioning: 'perhaps' }),
    /record of bucket\/spacelift-states cannot be read/,
  ],
  [
    'with a resource of an unknown kind',
    (it) => ({ ...it, resources: { ...it.resources, 'gadget/x': it.resources['bucket/spacelift-states'] } }),
    /gadget\/x/,
  ],
]

function withFacts(state: State, address: string, facts: object): unknown {
  return { ...state, resources: { ...state.resources, [address]: { ...state.resources[address], facts } } }
}

/** A state that was cut short or edited is a clear problem for every command that reads it, never a guess. */
export async function editedStates(report: Report, site: LabInstallation): Promise<void> {
  const file = join(site.state, 'installation.json')
  const whole = await readFile(file, 'utf8')
  const state = JSON.parse(whole) as State
  for (const [name, edit, says] of EDITS)
    await report.line(`a state ${name} is refused by plan and apply`, async () => {
      await writeFile(file, JSON.stringify(edit(state)))
      await refused(site, says)
      return undefined
    })
  await report.line('a state cut short at ten places is refused, and the one before it can be put back', async () => {
    for (let i = 0; i < 10; i++) {
      await writeFile(file, whole)
      await truncate(file, Math.floor((whole.length * i) / 10))
      const ran = await site.groundcrew(['state', 'list'])
      expectProblem(ran, /cut short or edited/)
      expectText(ran.stderr, `${file}.previous`)
    }
    await refused(site, /cut short or edited/)
    await writeFile(file, await readFile(`${file}.previous`))
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    return undefined
  })
  await writeFile(file, whole)
  await report.line('two torn lines in the history of a killed apply are passed over', async () => {
    await tornHistory(site)
    await site.mc('version', 'suspend', 'lab/spacelift-states')
    expectExit(await site.apply(), 0)
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    expectExit(await site.groundcrew(['history']), 0)
    return undefined
  })
}

async function refused(site: LabInstallation, says: RegExp): Promise<void> {
  expectProblem(await site.plan(), says)
  expectProblem(await site.apply(), says)
}

/** The newest history as a kill and a bad disk would leave it: no end, one line torn in the middle, the last one too. */
async function tornHistory(site: LabInstallation): Promise<void> {
  const folder = join(site.state, 'history')
  const newest = join(folder, (await readdir(folder)).sort().at(-1) ?? '')
  const lines = (await readFile(newest, 'utf8')).split('\n').filter((line) => line !== '' && !line.includes('"type":"end"'))
  const torn = lines.map((line, i) => (i === 1 || i === lines.length - 1 ? line.slice(0, line.length / 2) : line))
  await writeFile(newest, torn.join('\n'))
}
