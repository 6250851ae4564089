import type { Address } from '../values/address.ts'

export type Node = { readonly address: Address; readonly after: readonly Address[] }

/**
 * The nodes so that each comes after all that it waits for; ties by address, so the order is the same every time.
 * An edge to an address that is not among the nodes is ignored. Throws on a cycle: that is our mistake, not the user's.
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
    ready = ready.flatMap(({ address }) => (followers.get(address) ?? []).filter((node) => isLast(waiting, node)))
  }
  if (ordered.length === nodes.length) return ordered
  const rest = nodes.filter((node) => (waiting.get(node) ?? 0) > 0)
  throw new Error(`resources wait for each other: ${rest.map((node) => node.address).join(', ')}`)
}

/** The nodes that wait for each address. */
export function dependents<N extends Node>(nodes: readonly N[]): ReadonlyMap<Address, readonly N[]> {
  const all = new Map<Address, N[]>()
  for (const node of nodes)
    for (const other of new Set(node.after)) {
      const waiting = all.get(other)
      if (waiting === undefined) all.set(other, [node])
      else waiting.push(node)
    }
  return all
}

/** One that a node waits for is there: was it the last? */
function isLast<N>(waiting: Map<N, number>, node: N): boolean {
  const left = (waiting.get(node) ?? 0) - 1
  waiting.set(node, left)
  return left === 0
}
