import { setTimeout as sleep } from 'node:timers/promises'
import { isMap } from '../../../../values/json.ts'
import { newestReady } from '../../../../values/newestPods.ts'
import { ProblemError } from '../../../../values/problem.ts'
import type { LiveObject, ObjectKind } from '../../../../world/ports/cluster.ts'
import type { ApplyContext } from '../../../kind.ts'
import { objectKey } from '../manifest.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'

const DEPLOYMENT: ObjectKind = { apiVersion: 'apps/v1', kind: 'Deployment' }
const EVERY_MS = 500

/** Waits, as helm does after an upgrade, until the Deployments among these objects run what they now say. */
export async function untilRolledOut(
  work: ApplyContext,
  keys: readonly string[],
  seen: ObservedObjects,
  timeoutSeconds: number,
): Promise<void> {
  const waiting = keys.flatMap((key) => seen.live.get(key) ?? []).filter(({ kind }) => kind === 'Deployment')
  const [first] = waiting
  if (first === undefined) return
  const names = new Set(waiting.map((one) => objectKey(one, first.namespace)))
  let told = ''
  for (let waited = 0; ; waited += EVERY_MS) {
    const read = await work.world.cluster.objects(DEPLOYMENT, first.namespace, [])
    if (read.is === 'unknown') throw new ProblemError(read.why)
    const found = (read.is === 'present' ? read.value : []).filter((one) => names.has(objectKey(one, first.namespace)))
    if (found.every(isRolledOut)) return
    if (waited >= timeoutSeconds * 1000)
      throw new ProblemError(
        notRolledOut(
          found.filter((one) => !isRolledOut(one)),
          timeoutSeconds,
        ),
      )
    const { done, total } = progress(found)
    if (told !== `${done}/${total}`) work.emit({ message: 'pods ready:', done, total, unit: 'pods' })
    told = `${done}/${total}`
    await sleep(EVERY_MS, undefined, { signal: work.signal })
  }
}

/** True when a Deployment runs what it says, with all its pods. */
export function isRolledOut({ raw }: LiveObject): boolean {
  const { metadata, spec, status } = parts(raw)
  const replicas = spec.replicas ?? 1
  const isCurrent = Number(status.observedGeneration ?? 0) >= Number(metadata.generation ?? 0)
  return isCurrent && [status.replicas, status.updatedReplicas, status.availableReplicas].every((count) => (count ?? 0) === replicas)
}

function progress(all: readonly LiveObject[]): { done: number; total: number } {
  const wanted = ({ raw }: LiveObject) => Number(parts(raw).spec.replicas ?? 1)
  const done = (one: LiveObject) => {
    const count = (field: string) => Number(parts(one.raw).status[field] ?? 0)
    return Math.min(wanted(one), newestReady({ all: count('replicas'), updated: count('updatedReplicas'), ready: count('readyReplicas') }))
  }
  return { done: sum(all.map(done)), total: sum(all.map(wanted)) }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function parts(raw: LiveObject['raw']) {
  const of = (field: string): { readonly [key: string]: unknown } => (isMap(raw[field]) ? raw[field] : {})
  return { metadata: of('metadata'), spec: of('spec'), status: of('status') }
}

function notRolledOut(late: readonly LiveObject[], seconds: number) {
  const names = late.map(({ name }) => name).join(', ')
  return {
    code: 'release/not-rolled-out',
    summary: `The pods of ${names} were not all ready within ${seconds} s.`,
    remedy: `Look at them: kubectl describe deployment ${names}, kubectl get events. Then apply again.`,
  }
}
