import { type Difference, differences } from '../../../../values/diff.ts'
import { type FactMap, isMap, pointer, segments } from '../../../../values/json.ts'
import { ProblemError } from '../../../../values/problem.ts'
import type { ApplyContext } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import { isSecret, manifestValues } from '../facts/secretFacts.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'
import { patchOf } from './patch.ts'
import { untilRolledOut } from './rollout.ts'

/** One object that is not as the deployed manifest has it, and how. */
type ObjectRepair = { readonly key: string; readonly edits: readonly Difference[] }

/**
 * Writes what no upgrade writes, object by object, each only as it was seen. Touches nothing but what was planned; false
 * when nothing of that is left to do.
 */
export async function repairObjects(
  work: ApplyContext,
  change: ReleaseChange,
  seen: ObservedObjects,
  wanted: FactMap,
  only: (key: string) => boolean = () => true,
): Promise<boolean> {
  const planned = new Set(change.edits.map((edit) => edit.pointer))
  const all = [...new Set([...Object.keys(seen.facts), ...Object.keys(wanted)])].map((key) => brokenAt(key, seen.facts, wanted, planned))
  const broken = all.filter(({ key, edits }) => edits.length > 0 && only(key))
  for (const one of broken) await repairObject(work, one, seen, wanted)
  const touched = broken.map(({ key }) => key)
  await untilRolledOut(work, touched, seen, change.declared.material.installation.release.timeoutSeconds)
  return broken.length > 0
}

function brokenAt(key: string, seen: FactMap, wanted: FactMap, planned: ReadonlySet<string>): ObjectRepair {
  const of = (facts: FactMap): FactMap => (isMap(facts[key]) ? (facts[key] as FactMap) : {})
  const all = differences(of(seen), of(wanted))
  return { key, edits: all.filter((edit) => planned.has(`${pointer('objects', key)}${edit.pointer}`)) }
}

async function repairObject(work: ApplyContext, { key, edits }: ObjectRepair, seen: ObservedObjects, wanted: FactMap): Promise<void> {
  const [live, manifest] = [seen.live.get(key), seen.manifest.get(key)]
  const { cluster } = work.world
  await work.assertLockHeld()
  try {
    if (manifest !== undefined && isSecret(manifest)) await repairSecret(work, key, edits, seen)
    else if (manifest === undefined && live !== undefined) await cluster.deleteObject(live, live)
    else if (live === undefined && manifest !== undefined) await cluster.createObject(manifest, manifest.raw)
    else if (live !== undefined && manifest !== undefined)
      await cluster.patchObject(
        live,
        live,
        patchOf(edits, { live: live.raw, manifest: manifest.raw, desired: (wanted[key] ?? {}) as FactMap }),
      )
  } catch (error) {
    // Its status may have moved on: it is looked at again, and what is still as planned is tried again.
    if (!(error instanceof ProblemError) || error.problems[0]?.code !== 'cluster/changed-meanwhile') throw error
  }
}

/** A secret's values never pass through a patch of ours but sealed. */
async function repairSecret(work: ApplyContext, key: string, edits: readonly Difference[], seen: ObservedObjects): Promise<void> {
  const [live, manifest] = [seen.secrets.get(key), seen.manifest.get(key)]
  if (manifest === undefined) return
  const values = manifestValues(manifest.raw)
  const { cluster } = work.world
  if (live === undefined) {
    const type = typeof manifest.raw.type === 'string' ? manifest.raw.type : 'Opaque'
    await cluster.createSecret(manifest.namespace, manifest.name, type, values)
    return
  }
  const keys = edits
    .map(({ pointer: where }) => segments(where))
    .flatMap(([part, name]) => (part === 'keys' && name !== undefined ? [name] : []))
  const set = new Map([...values].filter(([name]) => keys.includes(name)))
  const unset = keys.filter((name) => !values.has(name))
  await cluster.patchSecret(manifest.namespace, manifest.name, live, { set, unset, unannotate: [], dataIsMissing: live.data.size === 0 })
}
