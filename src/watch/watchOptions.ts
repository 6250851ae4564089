import type { GlobalOptions } from '../session/host.ts'
import type { Policy } from '../values/policy.ts'

/** What the command line says; it wins over the file. `interval`: seconds, 0 for what the file says. */
export type WatchOptions = GlobalOptions & { readonly policy?: Policy; readonly interval: number }
