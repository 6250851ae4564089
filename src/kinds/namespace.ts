import type { Resolved } from '../installation/installation.ts'
import { address } from '../values/address.ts'
import { isMap, type Json, pointer, segments } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { LiveNamespace } from '../world/ports/cluster.ts'
import {
  type ApplyContext,
  type Change,
  type Declared,
  type Kind,
  NO_IMPACT,
  type Observation,
  type ReadContext,
  type Recorded,
} from './kind.ts'
import { chosen, foreignLabels, type Labels } from './namespace/labels.ts'
import { terminating, unreadable } from './namespace/namespaceProblems.ts'
import { fieldWriters } from './shared/fieldWriters.ts'

/** `labels`: of those that the file declares; absent where there is none. */
export type NamespaceFacts = { readonly phase: 'Active'; readonly labels?: Labels }
type Material = { readonly name: string; readonly labels: Labels }
type Seen = Observation<NamespaceFacts, LiveNamespace>
type NamespaceChange = Change<NamespaceFacts, Material, LiveNamespace, undefined>

/** The installation's namespace with its declared labels: `namespace/spacelift`. All that lives in it is lost with it, so it counts as data. */
export const namespace: Kind<NamespaceFacts, Material, LiveNamespace, undefined> = {
  name: 'namespace',
  holdsData: true,
  replaceOnly: [],
  readFacts,
  declare,
  observe: ({ view, includeUnmanaged: watches = false }, it) => observe(view.cluster, it, watches),
  desire: async (_look, { material }) => ({ facts: factsOf(material.labels), basis: undefined }),
  exposedTo: () => ({}),
  impact: () => NO_IMPACT,
  converge,
  remove,
}

function readFacts(stored: Json): NamespaceFacts {
  if (!isMap(stored) || stored.phase !== 'Active') throw new ProblemError(unreadable())
  return factsOf(isMap(stored.labels) ? (stored.labels as Labels) : {})
}

function factsOf(labels: Labels): NamespaceFacts {
  return { phase: 'Active', ...(Object.keys(labels).length > 0 && { labels }) }
}

function declare({ installation }: Resolved): readonly Declared<Material>[] {
  const { namespace: name, namespaceLabels: labels } = installation.kubernetes
  const { positions } = installation
  const origins = new Map([['', positions.get('/kubernetes/namespace') ?? ('guide' as const)]])
  for (const label of Object.keys(labels)) {
    const at = positions.get(pointer('kubernetes', 'namespaceLabels', label))
    if (at !== undefined) origins.set(pointer('labels', label), at)
  }
  return [{ address: address('namespace', name), material: { name, labels }, after: [], origins }]
}

async function observe(
  cluster: ReadContext['view']['cluster'],
  it: Declared<Material> | Recorded<NamespaceFacts>,
  watches = false,
): Promise<Seen> {
  const name = nameOf(it)
  const read = await cluster.namespace(name)
  if (read.is !== 'present') return read
  if (read.value.terminating) return { is: 'unknown', why: terminating(name, read.value.deletionBlockers) }
  const ours = Object.keys('material' in it ? it.material.labels : (it.facts.labels ?? {}))
  return {
    is: 'present',
    facts: factsOf(chosen(read.value.labels, ours)),
    // Every write in a namespace would change its resourceVersion were it kept there; its uid is what must not change.
    guard: read.value.uid,
    evidence: read.value,
    by: fieldWriters(read.value.managedFields, { 'f:metadata.f:labels': '/labels' }),
    ...(watches && { unmanaged: foreignLabels(read.value, ours, name) }),
  }
}

async function converge(work: ApplyContext, { declared, edits }: NamespaceChange) {
  const { name, labels } = declared.material
  const { cluster } = work.world
  const before = await observe(cluster, declared)
  if (before.is === 'unknown') throw new ProblemError(before.why)
  if (before.is === 'absent') {
    await work.assertLockHeld()
    await cluster.createNamespace(name, labels)
  } else {
    const named = edits.flatMap(({ pointer: where }) => segments(where).slice(1))
    await work.assertLockHeld()
    await cluster.labelNamespace(name, before.evidence, chosen(labels, named))
  }
  const now = await observe(cluster, declared)
  if (now.is !== 'present') throw new ProblemError(now.is === 'unknown' ? now.why : terminating(name, []))
  return { facts: now.facts, guard: now.guard }
}

async function remove(work: ApplyContext, it: Recorded<NamespaceFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  const { uid, resourceVersion } = seen.evidence
  await work.assertLockHeld()
  await work.world.cluster.deleteNamespace(nameOf(it), { uid, resourceVersion })
}

function nameOf(it: Declared<Material> | Recorded<NamespaceFacts>): string {
  return it.address.slice('namespace/'.length)
}
