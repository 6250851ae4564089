import { freeLock } from '../session/freeLock.ts'
import type { Host, ReportingHost } from '../session/host.ts'
import { openSession } from '../session/session.ts'
import type { ExitCode } from './exitCode.ts'
import type { GlobalOptions } from './globalOptions.ts'

export type UnlockOptions = GlobalOptions & { readonly force?: boolean }

/** Frees the lock of exactly the run that is named, after a 'yes' or with `--force`. */
export async function forceUnlock(host: ReportingHost, options: UnlockOptions, run: string): Promise<ExitCode> {
  await using session = await openSession(host, options)
  const approve = async () => options.force === true || (!options.json && (await isApproved(host)))
  const isFreed = await freeLock(host, session, run, approve)
  if (isFreed) host.report.note(`The lock of run ${run} is free.`)
  else host.report.note('The lock was not freed. Without a terminal, use --force.', 'warn')
  return isFreed ? 0 : 1
}

async function isApproved(host: Host): Promise<boolean> {
  const line = await host.ask?.("Two applies at the same time can damage the installation. Free the lock? Only 'yes' will be accepted: ")
  return line?.trim() === 'yes'
}
