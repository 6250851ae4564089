import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from './installation.ts'

type Pod = { metadata: { uid: string; deletionTimestamp?: string; ownerReferences?: { kind: string; name: string }[] } }
type Deployment = {
  metadata: { name: string; generation: number; deletionTimestamp?: string }
  spec: { replicas: number; paused?: boolean }
  status: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; availableReplicas?: number }
}

/** The uids of the live pods of each Deployment. */
export async function podsOf(site: LabInstallation): Promise<ReadonlyMap<string, readonly string[]>> {
  const { items } = await list<Pod>(site, 'pods')
  const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const owned = live.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicaSet')
  // A ReplicaSet is named after its Deployment and a hash.
  const byWorkload = Map.groupBy(owned, ({ metadata }) => (metadata.ownerReferences?.[0]?.name ?? '').replace(/-[^-]+$/, ''))
  return new Map([...byWorkload].map(([workload, pods]) => [workload, pods.map(({ metadata }) => metadata.uid)]))
}

/** The newest revision of the release. */
export async function revision(site: LabInstallation): Promise<number> {
  return (JSON.parse(await site.helm('status', 'spacelift', '-o', 'json')) as { version: number }).version
}

/** Waits until what somebody did by hand has become of the pods what it becomes. */
export async function rolledOut(site: LabInstallation): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const { items } = await list<Deployment>(site, 'deployments')
    if (items.every(isRolledOut)) return
    await sleep(300)
  }
  throw new Error('the pods of a change by hand never became ready')
}

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  if (spec.paused || metadata.deletionTimestamp !== undefined) return true
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas]
  return (status.observedGeneration ?? 0) >= metadata.generation && counts.every((count) => (count ?? 0) === spec.replicas)
}

async function list<T>(site: LabInstallation, what: string): Promise<{ items: T[] }> {
  return JSON.parse(await site.kubectl('get', what, '-n', 'spacelift', '-o', 'json')) as { items: T[] }
}
