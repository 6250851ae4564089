import { type Difference, differences } from '../../../../values/diff.ts'
import { type FactMap, isMap, segments } from '../../../../values/json.ts'
import { ProblemError } from '../../../../values/problem.ts'
import { textAt } from '../../../../values/unstructured.ts'
import type { ApplyContext } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import { objectPointer } from '../facts/objectPointer.ts'
import { isSecret, manifestValues } from '../facts/secretFacts.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'
import { patchOf } from './patch.ts'
import { waitForRollout } from './waitForRollout.ts'

/** The edits of one object that differs from the deployed manifest. */
type ObjectRepair = { readonly key: string; readonly edits: readonly Difference[] }

/**
 * Writes what no upgrade writes, object by object, each only if it is still as observed. Writes only what was planned; returns
 * false when nothing planned is left to repair.
 */
export async function repairObjects(
  context: ApplyContext,
  change: ReleaseChange,
  observed: ObservedObjects,
  desired: FactMap,
  isIncluded: (key: string) => boolean = () => true,
): Promise<boolean> {
  const planned = new Set(change.edits.map((edit) => edit.pointer))
  const keys = new Set([...Object.keys(observed.facts), ...Object.keys(desired)])
  const repairs = [...keys].filter(isIncluded).flatMap((key) => repairOf(key, observed.facts, desired, planned))
  for (const repair of repairs) await repairObject(context, repair, observed, desired)
  const repaired = repairs.map(({ key }) => key)
  await waitForRollout(context, repaired, observed, change.declared.material.installation.release.timeoutSeconds)
  return repairs.length > 0
}

function repairOf(key: string, observed: FactMap, desired: FactMap, planned: ReadonlySet<string>): ObjectRepair[] {
  const edits = differences(factsIn(observed, key), factsIn(desired, key)).filter((edit) =>
    planned.has(objectPointer(key, ...segments(edit.pointer))),
  )
  return edits.length === 0 ? [] : [{ key, edits }]
}

function factsIn(objects: FactMap, key: string): FactMap {
  return isMap(objects[key]) ? (objects[key] as FactMap) : {}
}

async function repairObject(context: ApplyContext, repair: ObjectRepair, observed: ObservedObjects, desired: FactMap): Promise<void> {
  await context.assertLockHeld()
  try {
    await writeObject(context, repair, observed, desired)
  } catch (error) {
    // Its status may have changed: the object is observed again, and what is still as planned is tried again.
    if (!(error instanceof ProblemError) || error.problems[0]?.code !== 'cluster/changed-meanwhile') throw error
  }
}

async function writeObject(
  context: ApplyContext,
  { key, edits }: ObjectRepair,
  observed: ObservedObjects,
  desired: FactMap,
): Promise<void> {
  const { cluster } = context.world
  const [live, manifest] = [observed.live.get(key), observed.manifest.get(key)]
  if (manifest !== undefined && isSecret(manifest)) return repairSecret(context, key, edits, observed)
  if (live === undefined) return manifest && cluster.createObject(manifest, manifest.raw)
  if (manifest === undefined) return cluster.deleteObject(live, live)
  return cluster.patchObject(live, live, patchOf(edits, { live: live.raw, manifest: manifest.raw, desired: factsIn(desired, key) }))
}

/** A secret's values are sealed, so they are no part of a patch of unstructured objects. */
async function repairSecret({ world }: ApplyContext, key: string, edits: readonly Difference[], observed: ObservedObjects): Promise<void> {
  const [live, manifest] = [observed.secrets.get(key), observed.manifest.get(key)]
  if (manifest === undefined) return
  const { namespace, name, raw } = manifest
  const values = manifestValues(raw)
  if (live === undefined) {
    await world.cluster.createSecret(namespace, name, textAt(raw, 'type') || 'Opaque', values)
    return
  }
  const edited = edits.map((edit) => segments(edit.pointer)).flatMap(([part, key]) => (part === 'keys' && key !== undefined ? [key] : []))
  const set = new Map([...values].filter(([key]) => edited.includes(key)))
  const unset = edited.filter((key) => !values.has(key))
  await world.cluster.patchSecret(namespace, name, live, { set, unset, unannotate: [], dataIsMissing: live.data.size === 0 })
}
