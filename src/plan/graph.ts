import type { Address } from '../values/address.ts'

export type Node = { readonly address: Address; readonly after: readonly Address[] }

/**
 * Sorts the nodes so that each comes after its dependencies; ties are ordered by address, so the result is deterministic.
 * A dependency on an address that is not among the nodes is ignored. Throws on a cycle, which is a bug in groundcrew.
 */
export function topologicalOrder<N extends Node>(nodes: readonly N[]): N[] {
  const followers = dependents(nodes)
  const known = new Set(nodes.map((node) => node.address))
  const waiting = new Map(nodes.map((node) => [node, new Set(node.after.filter((other) => known.has(other))).size]))
  const ordered: N[] = []
  let ready = nodes.filter((node) => waiting.get(node) === 0)
  while (ready.length > 0) {
    ready.sort((a, b) => (a.address < b.address ? -1 : 1))
    ordered.push(...ready)
    ready = ready.flatMap(({ address }) => (followers.get(address) ?? []).filter((node) => becomesReady(waiting, node)))
  }
  if (ordered.length === nodes.length) return ordered
  const rest = nodes.filter((node) => (waiting.get(node) ?? 0) > 0)
  throw new Error(`resources depend on each other: ${rest.map((node) => node.address).join(', ')}`)
}

/** The nodes that depend on each address. */
export function dependents<N extends Node>(nodes: readonly N[]): ReadonlyMap<Address, readonly N[]> {
  const dependentsOf = new Map<Address, N[]>()
  for (const node of nodes)
    for (const other of new Set(node.after)) {
      const waiting = dependentsOf.get(other)
      if (waiting === undefined) dependentsOf.set(other, [node])
      else waiting.push(node)
    }
  return dependentsOf
}

/** Counts one dependency of the node as done; true when it was the last one. */
function becomesReady<N>(waiting: Map<N, number>, node: N): boolean {
  const left = (waiting.get(node) ?? 0) - 1
  waiting.set(node, left)
  return left === 0
}
