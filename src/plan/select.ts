import type { Address } from '../values/address.ts'
import { dependents, type Node } from './graph.ts'

export type Selection = { readonly target: readonly string[]; readonly exclude: readonly string[] }

export const EVERYTHING: Selection = { target: [], exclude: [] }

/**
 * The nodes of a partial plan: targets with their dependencies, or all but the excluded ones and their dependents.
 * A name matches the resource of that address and all below it (`bucket`, `secret/spacelift`).
 */
export function select<N extends Node>(nodes: readonly N[], { target, exclude }: Selection): N[] {
  if (target.length > 0) {
    const after = new Map(nodes.map((node) => [node.address, node.after]))
    return keep(
      nodes,
      closure(matching(nodes, target), (address) => after.get(address) ?? []),
    )
  }
  const followers = dependents(nodes)
  const dropped = closure(matching(nodes, exclude), (address) => (followers.get(address) ?? []).map((node) => node.address))
  return nodes.filter((node) => !dropped.has(node.address))
}

/** The names that match no node. */
export function unmatched(nodes: readonly Node[], names: readonly string[]): string[] {
  return names.filter((name) => matching(nodes, [name]).length === 0)
}

/** True when one of the names matches the address: it is the address or a leading part of it. */
export function matchesAny(address: Address, names: readonly string[]): boolean {
  return names.some((name) => address === name || address.startsWith(`${name}/`))
}

function matching(nodes: readonly Node[], names: readonly string[]): Address[] {
  return nodes.map((node) => node.address).filter((address) => matchesAny(address, names))
}

function keep<N extends Node>(nodes: readonly N[], selected: ReadonlySet<Address>): N[] {
  return nodes.filter((node) => selected.has(node.address))
}

function closure(from: readonly Address[], next: (address: Address) => readonly Address[]): Set<Address> {
  const all = new Set<Address>()
  const queue = [...from]
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    if (all.has(address)) continue
    all.add(address)
    queue.push(...next(address))
  }
  return all
}
