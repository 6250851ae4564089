import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from '../support/installation.ts'

export type Lease = {
  readonly holder: string
  readonly version: string
  readonly transitions: number
  readonly process: number | undefined
  readonly helm: number | undefined
}

/** The lock as the API server has it. */
export async function lease(site: LabInstallation): Promise<Lease> {
  const text = await site.kubectl('-n', 'groundcrew', 'get', 'lease', 'spacelift.spacelift', '-o', 'json')
  const { metadata, spec } = JSON.parse(text) as Live
  const info = JSON.parse(metadata.annotations?.['groundcrew.dev/holder'] || '{}') as { process?: { pid: number }; helm?: { pid: number } }
  return {
    process: info.process?.pid,
    helm: info.helm?.pid,
    holder: spec.holderIdentity ?? '',
    version: metadata.resourceVersion,
    transitions: spec.leaseTransitions ?? 0,
  }
}

type Live = {
  metadata: { resourceVersion: string; annotations?: Record<string, string> }
  spec: { holderIdentity?: string; leaseTransitions?: number }
}

/** Watches the lock until another run holds it; answers the seconds that its Lease was not renewed before, as seen from here. */
export async function untilTakenOver(site: LabInstallation, from: string, limitSeconds = 120): Promise<number> {
  let { version } = await lease(site)
  let renewed = performance.now()
  for (const deadline = renewed + limitSeconds * 1000; performance.now() < deadline; await sleep(100)) {
    const asked = performance.now()
    const now = await lease(site)
    if (now.holder !== from) return (asked - renewed) / 1000
    if (now.version !== version) renewed = asked
    version = now.version
  }
  throw new Error(`${from} still holds the lock after ${limitSeconds} s`)
}
