import type { LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'

export type Lease = {
  readonly holder: string
  readonly version: string
  readonly transitions: number
  readonly process: number | undefined
  readonly helm: number | undefined
}

/** The lock as the API server has it. */
export async function lease(installation: LabInstallation): Promise<Lease> {
  const text = await installation.kubectl('-n', 'groundcrew', 'get', 'lease', 'spacelift.spacelift', '-o', 'json')
  const { metadata, spec } = JSON.parse(text) as LiveLease
  const info = JSON.parse(metadata.annotations?.['groundcrew.dev/holder'] || '{}') as { process?: { pid: number }; helm?: { pid: number } }
  return {
    process: info.process?.pid,
    helm: info.helm?.pid,
    holder: spec.holderIdentity ?? '',
    version: metadata.resourceVersion,
    transitions: spec.leaseTransitions ?? 0,
  }
}

type LiveLease = {
  metadata: { resourceVersion: string; annotations?: Record<string, string> }
  spec: { holderIdentity?: string; leaseTransitions?: number }
}

/** Waits until another run holds the lock. Returns the seconds without a renewal before that, as observed from here. */
export async function untilTakenOver(installation: LabInstallation, holder: string): Promise<number> {
  let { version } = await lease(installation)
  let renewedAt = performance.now()
  return until(
    `another run than ${holder} holds the lock`,
    async () => {
      const readAt = performance.now()
      const current = await lease(installation)
      if (current.holder !== holder) return (readAt - renewedAt) / 1000
      if (current.version !== version) renewedAt = readAt
      version = current.version
      return undefined
    },
    { timeoutMs: 120_000 },
  )
}

export async function expectHolder(installation: LabInstallation, holder: string): Promise<void> {
  const actual = (await lease(installation)).holder
  if (actual !== holder) throw new Error(`the lock is held by ${actual || 'no run'}, expected ${holder || 'no run'}`)
}
