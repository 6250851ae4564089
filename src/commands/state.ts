import type { ExitCode, GlobalOptions, Host, ReportingHost } from '../session/host.ts'
import { stateFolder } from '../session/stateFolder.ts'
import { FileStore } from '../state/fileStore.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { ProblemError } from '../values/problem.ts'

/** Prints the address of every resource the state remembers, one a line; with `--json` one object a line. */
export async function stateList(host: Host, options: GlobalOptions): Promise<ExitCode> {
  const { state } = await load(host, options)
  for (const [address, { provenance, after }] of Object.entries(state.resources))
    host.stdout.write(options.json ? `${JSON.stringify({ address, provenance, after })}\n` : `${address}\n`)
  return 0
}

/** Prints what the state remembers of one resource, as JSON; with `--json` on one line. */
export async function stateShow(host: Host, options: GlobalOptions, address: string): Promise<ExitCode> {
  const { state } = await load(host, options)
  const stored = remembered(state, address)
  host.stdout.write(`${options.json ? JSON.stringify({ address, ...stored }) : JSON.stringify(stored, null, 2)}\n`)
  return 0
}

/** Forgets resources without touching them; the next plan looks at them anew. */
export async function stateRemove(host: ReportingHost, options: GlobalOptions, addresses: readonly string[]): Promise<ExitCode> {
  const { state, store } = await load(host, options)
  for (const address of addresses) remembered(state, address)
  const resources = Object.fromEntries(Object.entries(state.resources).filter(([address]) => !addresses.includes(address)))
  await store.save({ ...state, serial: state.serial + 1, resources })
  host.report.note(`Forgotten: ${addresses.join(', ')}. Nothing was touched.`)
  return 0
}

async function load(host: Host, options: GlobalOptions): Promise<{ state: State; store: FileStore }> {
  const store = new FileStore(stateFolder(host, options))
  const state = await store.load()
  if (state !== undefined) return { state, store }
  const remedy = 'Name its folder with --state, or apply first.'
  throw new ProblemError({ code: 'state/none', summary: `There is no state in ${store.folder}.`, remedy })
}

function remembered(state: State, address: string): StoredFacts {
  const stored = state.resources[address]
  if (stored !== undefined) return stored
  const remedy = 'groundcrew state list names what there is.'
  throw new ProblemError({ code: 'state/no-such-resource', summary: `The state does not remember ${address}.`, remedy })
}
