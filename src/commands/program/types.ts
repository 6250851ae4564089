import type { Host, ReportingHost } from '../../session/host.ts'
import type { ExitCode } from '../exitCode.ts'

/** A host that opens its reporter when a command needs one: `--help` does not. */
export type ProgramHost = Host & { readonly reporting: () => Promise<ReportingHost> }

/** Receives the exit code of the command that ran. Ctrl-C is the normal end of a daemon: its own exit code counts. */
export type OnExit = (code: ExitCode, type?: 'command' | 'daemon') => void
