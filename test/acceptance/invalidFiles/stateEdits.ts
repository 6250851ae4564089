import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { State } from '../../../src/state/state.ts'

/** A state file that an editor or another version of groundcrew wrote, and the problem that it is. */
type StateEdit = { readonly name: string; readonly edit: (state: State) => unknown; readonly problem: RegExp; readonly isSample?: boolean }

const STATES = 'bucket/spacelift-states'

export const stateEdits: readonly StateEdit[] = [
  { name: 'of a newer format', edit: (state) => ({ ...state, format: 3 }), problem: /is in format 3/, isSample: true },
  { name: 'without its lineage', edit: ({ lineage: _, ...rest }) => rest, problem: /its lineage is missing/ },
  {
    name: 'with a number in the place of a record',
    edit: (state) => ({ ...state, resources: { ...state.resources, [STATES]: 7 } }),
    problem: /bucket\/spacelift-states is malformed/,
  },
  {
    name: 'with facts that no bucket has',
    edit: (state) => withFacts(state, STATES, { versioning: 'perhaps' }),
    problem: /record of bucket\/spacelift-states cannot be read/,
  },
  {
    name: 'with a resource of an unknown kind',
    edit: (state) => ({ ...state, resources: { ...state.resources, 'gadget/x': state.resources[STATES] } }),
    problem: /gadget\/x/,
  },
]

function withFacts(state: State, address: string, facts: object): unknown {
  return { ...state, resources: { ...state.resources, [address]: { ...state.resources[address], facts } } }
}

/** Leaves the newest history as a kill and a bad disk would: without its end, one line in the middle and the last one torn. */
export async function tearNewestHistory(state: string): Promise<void> {
  const folder = join(state, 'history')
  const newest = join(folder, (await readdir(folder)).sort().at(-1) ?? '')
  const lines = (await readFile(newest, 'utf8')).split('\n').filter((line) => line !== '' && !line.includes('"type":"end"'))
  const torn = lines.map((line, i) => (i === 1 || i === lines.length - 1 ? line.slice(0, line.length / 2) : line))
  await writeFile(newest, torn.join('\n'))
}
