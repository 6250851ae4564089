import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from './installation.ts'
import { until } from './poll.ts'

type Pod = { metadata: { uid: string; deletionTimestamp?: string; ownerReferences?: { kind: string; name: string }[] } }
type Deployment = {
  metadata: { name: string; generation: number; deletionTimestamp?: string }
  spec: { replicas: number; paused?: boolean }
  status: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; availableReplicas?: number }
}

/** The uids of the live pods of each Deployment. */
export async function podsOf(installation: LabInstallation): Promise<ReadonlyMap<string, readonly string[]>> {
  const { items } = await list<Pod>(installation, 'pods')
  const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const owned = live.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicaSet')
  // A ReplicaSet is named after its Deployment and a hash.
  const byWorkload = Map.groupBy(owned, ({ metadata }) => (metadata.ownerReferences?.[0]?.name ?? '').replace(/-[^-]+$/, ''))
  return new Map([...byWorkload].map(([workload, pods]) => [workload, pods.map(({ metadata }) => metadata.uid)]))
}

/** The Deployments none of whose earlier pods is left; those that were deleted only with `countDeleted`. */
export async function replacedWorkloads(
  installation: LabInstallation,
  before: ReadonlyMap<string, readonly string[]>,
  { countDeleted = false } = {},
): Promise<string[]> {
  // Pods that are being deleted are counted until they are absent.
  await sleep(300)
  const current = await podsOf(installation)
  const isReplaced = ([workload, uids]: readonly [string, readonly string[]]) =>
    (countDeleted || current.has(workload)) && !uids.some((uid) => current.get(workload)?.includes(uid))
  return [...before]
    .filter(isReplaced)
    .map(([workload]) => workload)
    .sort()
}

/** The newest revision of the release. */
export async function releaseRevision(installation: LabInstallation): Promise<number> {
  return (JSON.parse(await installation.helm('status', 'spacelift', '-o', 'json')) as { version: number }).version
}

/** Waits until the pods of every Deployment are those that its spec declares. */
export async function waitForRollouts(installation: LabInstallation): Promise<void> {
  const areRolledOut = async () => (await list<Deployment>(installation, 'deployments')).items.every(isRolledOut)
  await until('all Deployments are rolled out', areRolledOut, { everyMs: 300 })
}

function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  if (spec.paused || metadata.deletionTimestamp !== undefined) return true
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas]
  return (status.observedGeneration ?? 0) >= metadata.generation && counts.every((count) => (count ?? 0) === spec.replicas)
}

async function list<T>(installation: LabInstallation, resources: string): Promise<{ items: T[] }> {
  return JSON.parse(await installation.kubectl('get', resources, '-n', 'spacelift', '-o', 'json')) as { items: T[] }
}
