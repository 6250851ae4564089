import { differences } from '../../../../values/diff.ts'
import { type FactMap, pointer, valueAt } from '../../../../values/json.ts'
import { ProblemError } from '../../../../values/problem.ts'
import type { LiveObject } from '../../../../world/ports/cluster.ts'
import type { ApplyContext } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import { splitObjectPointer } from '../facts/objectPointer.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'
import { isDeleting } from './needsHelm.ts'
import { patchOf } from './patch.ts'

const TIMEOUT_MS = 60_000
const POLL_MS = 500

/**
 * An object that is being deleted cannot be kept: undeclared finalizers, which block its deletion, are removed, and once it is
 * deleted the upgrade creates it again.
 */
export async function finishDeletions(
  context: ApplyContext,
  observed: ObservedObjects,
  { edits, desired, declared }: ReleaseChange,
): Promise<void> {
  const edited = edits.flatMap((edit) => splitObjectPointer(edit.pointer) ?? [])
  for (const { object } of edited.filter(({ path }) => isDeleting(path))) {
    const live = observed.live.get(object)
    if (live === undefined) continue
    await removeFinalizers(context, live, observed, desired.objects ?? {}, object)
    await waitForDeletion(context, live, `${declared.address}: ${object}`)
  }
}

async function removeFinalizers(
  context: ApplyContext,
  live: LiveObject,
  observed: ObservedObjects,
  desiredObjects: FactMap,
  key: string,
): Promise<void> {
  const finalizersOf = (objects: FactMap): FactMap => ({
    metadata: { finalizers: valueAt(objects, pointer(key, 'metadata', 'finalizers')) ?? {} },
  })
  const desired = finalizersOf(desiredObjects)
  const manifest = observed.manifest.get(key)?.raw ?? {}
  const operations = patchOf(differences(finalizersOf(observed.facts), desired), { live: live.raw, manifest, desired })
  if (operations.length === 0) return
  await context.assertLockHeld()
  await context.world.cluster.patchObject(live, live, operations)
}

async function waitForDeletion({ clock, emit, signal, world }: ApplyContext, live: LiveObject, subject: string): Promise<void> {
  const deadline = clock.monotonic() + TIMEOUT_MS
  for (;;) {
    const read = await world.cluster.objects(live, live.namespace, [live.name])
    if (read.is === 'unknown') throw new ProblemError(read.why)
    if (read.is !== 'present' || !read.value.some(({ uid }) => uid === live.uid)) return
    if (clock.monotonic() >= deadline || signal.aborted) throw new ProblemError(stillDeleting(subject))
    emit({ message: `waiting for the deletion of ${subject} to complete` })
    await clock.sleep(POLL_MS, signal)
  }
}

function stillDeleting(subject: string) {
  return {
    code: 'release/still-deleting',
    summary: `The deletion of ${subject} does not complete.`,
    remedy: 'Check its finalizers: the controllers that set them must remove them. Then run groundcrew apply again.',
  }
}
