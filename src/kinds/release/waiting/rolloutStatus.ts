import { mapAt, numberAt } from '../../../values/unstructured.ts'
import type { LiveObject, ObjectKind } from '../../../world/ports/cluster.ts'
import type { ApplyContext } from '../../kind.ts'

export const DEPLOYMENT: ObjectKind = { apiVersion: 'apps/v1', kind: 'Deployment' }

export function desiredPods({ raw }: LiveObject): number {
  return numberAt(raw, 'spec', 'replicas') ?? 1
}

/** True when a Deployment runs what it declares, with all its pods. */
export function isRolledOut(deployment: LiveObject): boolean {
  const { raw } = deployment
  const status = mapAt(raw, 'status')
  const isCurrent = (numberAt(status, 'observedGeneration') ?? 0) >= (numberAt(raw, 'metadata', 'generation') ?? 0)
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas]
  return isCurrent && counts.every((count) => (count ?? 0) === desiredPods(deployment))
}

/**
 * How many pods of the newest template are ready, at least: the API counts ready pods of all templates together, and old pods
 * that stay ready while new ones never become so must not look like progress.
 */
export function readyPods(deployment: LiveObject): number {
  const count = (field: string) => numberAt(deployment.raw, 'status', field) ?? 0
  const [total, updated, ready] = [count('replicas'), count('updatedReplicas'), count('readyReplicas')]
  return Math.min(desiredPods(deployment), Math.max(0, Math.min(updated, ready - (total - updated))))
}

/** Emits how many pods of these Deployments are ready, whenever that changes; returns true when all are. */
export function podProgress(emit: ApplyContext['emit']): (deployments: readonly LiveObject[]) => boolean {
  let last = ''
  return (deployments) => {
    const [done, total] = [sum(deployments.map(readyPods)), sum(deployments.map(desiredPods))]
    const current = `${done}/${total}`
    if (current !== last) emit({ message: 'pods ready:', done, total, unit: 'pods' })
    last = current
    return done === total
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
