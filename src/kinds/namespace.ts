import type { Resolved } from '../installation/installation.ts'
import { address } from '../values/address.ts'
import { isMap, type Json } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { LiveNamespace } from '../world/ports/cluster.ts'
import { type Change, type Declared, type Kind, type Look, NO_IMPACT, type Observation, type Recorded, type Work } from './kind.ts'

export type NamespaceFacts = { readonly phase: 'Active' }
type Material = { readonly name: string }
type Seen = Observation<NamespaceFacts, LiveNamespace>

const ACTIVE: NamespaceFacts = { phase: 'Active' }

/** The installation's namespace: `namespace/spacelift`. All that lives in it is lost with it, so it counts as data. */
export const namespace: Kind<NamespaceFacts, Material, LiveNamespace, undefined> = {
  name: 'namespace',
  holdsData: true,
  fixed: [],
  readFacts,
  declare,
  observe: ({ view }, it) => look(view.cluster, nameOf(it)),
  want: async () => ({ facts: ACTIVE, basis: undefined }),
  served: () => ({}),
  impact: () => NO_IMPACT,
  converge,
  remove,
}

function readFacts(stored: Json): NamespaceFacts {
  if (isMap(stored) && stored.phase === 'Active') return ACTIVE
  const summary = 'The state holds a namespace that this version of groundcrew cannot read.'
  throw new ProblemError({ code: 'state/unreadable', summary, remedy: 'Use the version of groundcrew that wrote the state.' })
}

function declare({ installation }: Resolved): readonly Declared<Material>[] {
  const name = installation.kubernetes.namespace
  const origin = installation.positions.get('/kubernetes/namespace') ?? 'guide'
  return [{ address: address('namespace', name), material: { name }, after: [], origins: new Map([['', origin]]) }]
}

async function look(cluster: Look['view']['cluster'], name: string): Promise<Seen> {
  const read = await cluster.namespace(name)
  if (read.is !== 'present') return read
  if (read.value.terminating) return { is: 'unknown', why: terminating(name) }
  // Every write in a namespace would change its resourceVersion were it kept there; its uid is what must not change.
  return { is: 'present', facts: ACTIVE, guard: read.value.uid, evidence: read.value, by: new Map() }
}

async function converge(work: Work, change: Change<NamespaceFacts, Material, LiveNamespace, undefined>) {
  const { name } = change.declared.material
  const before = await look(work.world.cluster, name)
  if (before.is === 'unknown') throw new ProblemError(before.why)
  if (before.is === 'absent') {
    await work.fenced()
    await work.world.cluster.createNamespace(name)
  }
  const now = await look(work.world.cluster, name)
  if (now.is !== 'present') throw new ProblemError(now.is === 'unknown' ? now.why : terminating(name))
  return { facts: now.facts, guard: now.guard }
}

async function remove(work: Work, _it: Recorded<NamespaceFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  const { uid, resourceVersion } = seen.evidence
  await work.fenced()
  await work.world.cluster.deleteNamespace(nameOf(_it), { uid, resourceVersion })
}

function nameOf(it: Declared<Material> | Recorded<NamespaceFacts>): string {
  return it.address.slice('namespace/'.length)
}

function terminating(name: string): Problem {
  return {
    code: 'namespace/terminating',
    summary: `The namespace ${name} is being deleted.`,
    remedy: `Wait until it is gone, then plan again. What holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`,
  }
}
