import { setTimeout as sleep } from 'node:timers/promises'
import { differences } from '../../../../values/diff.ts'
import { type FactMap, pointer, segments, valueAt } from '../../../../values/json.ts'
import { ProblemError } from '../../../../values/problem.ts'
import type { LiveObject } from '../../../../world/ports/cluster.ts'
import type { ApplyContext } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'
import { isDeleting } from './needsHelm.ts'
import { patchOf } from './patch.ts'

const PATIENCE_MS = 60_000
const EVERY_MS = 500

/**
 * An object whose deletion is under way cannot be kept: what holds it and nobody declared is taken off, and once it is gone
 * it is made again.
 */
export async function finishDeletions(
  work: ApplyContext,
  seen: ObservedObjects,
  { edits, desired: wanted, declared }: ReleaseChange,
): Promise<void> {
  const keys = edits
    .map(({ pointer: where }) => segments(where))
    .filter(([objects, , ...rest]) => objects === 'objects' && isDeleting(rest))
  for (const [, key = ''] of keys) {
    const live = seen.live.get(key)
    if (live === undefined) continue
    await takeOffFinalizers(work, live, seen, wanted.objects ?? {}, key)
    await untilGone(work, live, `${declared.address}: ${key}`)
  }
}

async function takeOffFinalizers(work: ApplyContext, live: LiveObject, seen: ObservedObjects, wanted: FactMap, key: string): Promise<void> {
  const finalizers = (facts: FactMap) => (valueAt(facts, pointer(key, 'metadata', 'finalizers')) ?? {}) as FactMap
  const inner = (facts: FactMap): FactMap => ({ metadata: { finalizers: finalizers(facts) } })
  const edits = differences(inner(seen.facts), inner(wanted))
  const operations = patchOf(edits, { live: live.raw, manifest: seen.manifest.get(key)?.raw ?? {}, desired: inner(wanted) })
  if (operations.length === 0) return
  await work.assertLockHeld()
  await work.world.cluster.patchObject(live, live, operations)
}

async function untilGone(work: ApplyContext, live: LiveObject, what: string): Promise<void> {
  for (let waited = 0; ; waited += EVERY_MS) {
    const read = await work.world.cluster.objects(live, live.namespace, [live.name])
    if (read.is === 'unknown') throw new ProblemError(read.why)
    if (read.is !== 'present' || !read.value.some(({ uid }) => uid === live.uid)) return
    if (waited >= PATIENCE_MS || work.signal.aborted) throw new ProblemError(stillThere(what))
    work.emit({ message: `waiting for the deletion of ${what} to end` })
    await sleep(EVERY_MS, undefined, { signal: work.signal })
  }
}

function stillThere(what: string) {
  return {
    code: 'release/still-deleting',
    summary: `The deletion of ${what} does not end.`,
    remedy: 'Look at its finalizers: whoever set them has to take them off. Then apply again.',
  }
}
