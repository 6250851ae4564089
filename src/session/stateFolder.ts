import { dirname, join, resolve } from 'node:path'
import type { Host, InstallationOptions } from './host.ts'

/** `--state`, or `state/` beside the desired state. */
export function stateFolder(host: Host, options: InstallationOptions): string {
  return options.state === undefined ? join(dirname(resolve(host.cwd, options.file)), 'state') : resolve(host.cwd, options.state)
}
