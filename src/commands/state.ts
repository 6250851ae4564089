import type { Host, ReportingHost } from '../session/host.ts'
import { removeRecords, stateRecord, stateRecords } from '../session/stateRecords.ts'
import type { ExitCode } from './exitCode.ts'
import type { GlobalOptions } from './globalOptions.ts'

/** Prints the address of every resource in the state, one per line; with `--json` one object per line. */
export async function stateList(host: Host, options: GlobalOptions): Promise<ExitCode> {
  for (const [address, { provenance, after }] of Object.entries(await stateRecords(host, options)))
    host.stdout.write(options.json ? `${JSON.stringify({ address, provenance, after })}\n` : `${address}\n`)
  return 0
}

/** Prints the state's record of one resource as JSON; with `--json` on one line. */
export async function stateShow(host: Host, options: GlobalOptions, address: string): Promise<ExitCode> {
  const record = await stateRecord(host, options, address)
  host.stdout.write(`${options.json ? JSON.stringify({ address, ...record }) : JSON.stringify(record, null, 2)}\n`)
  return 0
}

/** Removes resources from the state without changing them. */
export async function stateRemove(host: ReportingHost, options: GlobalOptions, addresses: readonly string[]): Promise<ExitCode> {
  await removeRecords(host, options, addresses)
  host.report.note(`Removed from the state: ${addresses.join(', ')}. The resources themselves are unchanged.`)
  return 0
}
