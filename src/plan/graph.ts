import type { Address } from '../values/address.ts'

export type Node = { readonly address: Address; readonly after: readonly Address[] }

/**
 * The nodes so that each comes after all that it waits for; ties by address, so the order is the same every time.
 * An edge to an address that is not among the nodes is ignored. Throws on a cycle: that is our mistake, not the user's.
 */
export function inOrder<N extends Node>(nodes: readonly N[]): N[] {
  const waiting = new Map(nodes.map((node) => [node.address, node]))
  const ordered: N[] = []
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((node) => !node.after.some((other) => waiting.has(other)))
    if (ready.length === 0) throw new Error(`resources wait for each other: ${[...waiting.keys()].join(', ')}`)
    ready.sort((a, b) => (a.address < b.address ? -1 : 1))
    for (const node of ready) waiting.delete(node.address)
    ordered.push(...ready)
  }
  return ordered
}
