import { FileStore } from '../state/fileStore.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { ProblemError } from '../values/problem.ts'
import type { Host, InstallationOptions } from './host.ts'
import { stateFolder } from './stateFolder.ts'

/** What the state records. Throws a ProblemError where there is none. */
export async function stateRecords(host: Host, options: InstallationOptions): Promise<State['resources']> {
  return (await load(host, options)).state.resources
}

/** The record of one resource. Throws a ProblemError where there is none. */
export async function stateRecord(host: Host, options: InstallationOptions, address: string): Promise<StoredFacts> {
  return recordOf(await stateRecords(host, options), address)
}

/** Removes the records of resources without changing the resources; the next plan reads them again. */
export async function removeRecords(host: Host, options: InstallationOptions, addresses: readonly string[]): Promise<void> {
  const { state, store } = await load(host, options)
  for (const address of addresses) recordOf(state.resources, address)
  const resources = Object.fromEntries(Object.entries(state.resources).filter(([address]) => !addresses.includes(address)))
  await store.save({ ...state, serial: state.serial + 1, resources })
}

async function load(host: Host, options: InstallationOptions): Promise<{ state: State; store: FileStore }> {
  const store = new FileStore(stateFolder(host, options))
  const state = await store.load()
  if (state !== undefined) return { state, store }
  const remedy = 'Name its folder with --state, or apply first.'
  throw new ProblemError({ code: 'state/none', summary: `There is no state in ${store.folder}.`, remedy })
}

function recordOf(resources: State['resources'], address: string): StoredFacts {
  const stored = resources[address]
  if (stored !== undefined) return stored
  const remedy = 'List the addresses: groundcrew state list.'
  throw new ProblemError({ code: 'state/no-such-resource', summary: `The state has no record of ${address}.`, remedy })
}
