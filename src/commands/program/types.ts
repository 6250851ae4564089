import type { Host, ReportingHost } from '../../session/host.ts'
import type { ExitCode } from '../exitCode.ts'

/** A host that makes its reporter when a command that tells anything begins: `--help` needs none. */
export type Wiring = Host & { readonly reporting: () => Promise<ReportingHost> }

/** Takes the exit code of the command that ran. A daemon is meant to be interrupted: it says itself how it ended. */
export type Done = (code: ExitCode, of?: 'command' | 'daemon') => void
