import type { LabInstallation } from '../support/installation.ts'

/** A way in which a server can be unavailable. */
export type Fault = {
  readonly server: 'API server' | 'MinIO' | 'registry'
  readonly name: string
  /** The reason that groundcrew has to print. */
  readonly reason: RegExp
  /** True for the faults of a quick run. */
  readonly isSample?: boolean
  /** Causes it; returns the flags with which groundcrew meets it, and its end. */
  begin(installation: LabInstallation): Promise<ActiveFault>
}

export type ActiveFault = { readonly flags?: readonly string[]; end?(): Promise<void> }

/** Runs `act` while a server has a fault. */
export async function during<T>(installation: LabInstallation, fault: Fault, act: (flags: readonly string[]) => Promise<T>): Promise<T> {
  const { flags = [], end } = await fault.begin(installation)
  try {
    return await act(flags)
  } finally {
    await end?.()
  }
}

/** The reasons that groundcrew prints, by fault. */
export const reasons = {
  refused: /refused the connection/,
  silent: /does not respond/,
  certificate: /certificate of .* is not signed by an authority/,
  credentials: /rejected the (credentials|secret key|username and password)|does not know the access key/,
  rights: /is not allowed to|does not allow/,
} as const

const PROCESSES = { 'API server': 'kube-apiserver', MinIO: 'minio', registry: 'registry' } as const

/** The lab's own servers, stopped and suspended. */
export function processFaults(server: Fault['server'], sample: 'refused connection' | 'silent listener'): Fault[] {
  return [
    {
      server,
      name: 'refused connection',
      reason: reasons.refused,
      isSample: sample === 'refused connection',
      async begin({ lab }) {
        await lab.server(PROCESSES[server]).stop()
        return { end: () => lab.server(PROCESSES[server]).start() }
      },
    },
    {
      server,
      name: 'silent listener',
      reason: reasons.silent,
      isSample: sample === 'silent listener',
      async begin({ lab }) {
        await lab.server(PROCESSES[server]).suspend()
        return { end: () => lab.server(PROCESSES[server]).resume() }
      },
    },
  ]
}
