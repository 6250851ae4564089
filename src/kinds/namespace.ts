import type { Resolved } from '../installation/installation.ts'
import { address } from '../values/address.ts'
import { isMap, type Json, pointer, segments } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { unreadableRecord } from '../values/stateProblems.ts'
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
import { type Labels, selectLabels, undeclaredLabels } from './namespace/labels.ts'
import { writersOfFields } from './shared/fieldWriters.ts'

/** `labels`: only those that the file declares; absent where it declares none. */
export type NamespaceFacts = { readonly phase: 'Active'; readonly labels?: Labels }
type Material = { readonly name: string; readonly labels: Labels }
type NamespaceObservation = Observation<NamespaceFacts, LiveNamespace>
type NamespaceChange = Change<NamespaceFacts, Material, LiveNamespace, undefined>

/** The installation's namespace with its declared labels: `namespace/spacelift`. Its deletion deletes everything in it, so it holds data. */
export const namespace: Kind<NamespaceFacts, Material, LiveNamespace, undefined> = {
  name: 'namespace',
  holdsData: true,
  replaceOnly: [],
  readFacts,
  declare,
  observe: ({ view, includeUnmanaged = false }, resource) => observeNamespace(view.cluster, resource, includeUnmanaged),
  desire: async (_context, { material }) => ({ facts: factsOf(material.labels), basis: undefined }),
  exposedTo: () => ({}),
  impact: () => NO_IMPACT,
  converge,
  remove,
}

function readFacts(stored: Json): NamespaceFacts {
  if (!isMap(stored) || stored.phase !== 'Active') throw new ProblemError(unreadableRecord('namespace'))
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

async function observeNamespace(
  cluster: ReadContext['view']['cluster'],
  resource: Declared<Material> | Recorded<NamespaceFacts>,
  includeUnmanaged = false,
): Promise<NamespaceObservation> {
  const name = nameOf(resource)
  const read = await cluster.namespace(name)
  if (read.is !== 'present') return read
  if (read.value.terminating) return { is: 'unknown', why: terminating(name, read.value.deletionBlockers) }
  const declared = Object.keys('material' in resource ? resource.material.labels : (resource.facts.labels ?? {}))
  return {
    is: 'present',
    facts: factsOf(selectLabels(read.value.labels, declared)),
    // Other clients change its resourceVersion at any time; only its uid must not change.
    guard: read.value.uid,
    evidence: read.value,
    by: writersOfFields(read.value.managedFields, { 'metadata.labels': '/labels' }),
    ...(includeUnmanaged && { unmanaged: undeclaredLabels(read.value, declared, name) }),
  }
}

async function converge(context: ApplyContext, { declared, edits }: NamespaceChange) {
  const { name, labels } = declared.material
  const { cluster } = context.world
  const before = await observeNamespace(cluster, declared)
  if (before.is === 'unknown') throw new ProblemError(before.why)
  if (before.is === 'absent') {
    await context.assertLockHeld()
    await cluster.createNamespace(name, labels)
  } else {
    const edited = edits.flatMap((edit) => segments(edit.pointer).slice(1))
    await context.assertLockHeld()
    await cluster.labelNamespace(name, before.evidence, selectLabels(labels, edited))
  }
  const now = await observeNamespace(cluster, declared)
  if (now.is !== 'present') throw new ProblemError(now.is === 'unknown' ? now.why : terminating(name, []))
  return { facts: now.facts, guard: now.guard }
}

async function remove(context: ApplyContext, recorded: Recorded<NamespaceFacts>, observed: NamespaceObservation): Promise<void> {
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  if (observed.is === 'absent') return
  const { uid, resourceVersion } = observed.evidence
  await context.assertLockHeld()
  await context.world.cluster.deleteNamespace(nameOf(recorded), { uid, resourceVersion })
}

function nameOf(resource: Declared<Material> | Recorded<NamespaceFacts>): string {
  return resource.address.slice('namespace/'.length)
}

/** A namespace that is being deleted is neither present nor absent. `deletionBlockers`: what the cluster reports as blocking the deletion. */
function terminating(name: string, deletionBlockers: readonly string[]): Problem {
  const command = `kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`
  return {
    code: 'namespace/terminating',
    summary: `The namespace ${name} is being deleted.`,
    ...(deletionBlockers.length > 0 && { detail: deletionBlockers.join('\n') }),
    remedy: `Wait until it is deleted, then run groundcrew plan again. A finalizer blocks the deletion until its owner removes it. To see what blocks it: ${command}`,
  }
}
