import type { Address } from '../values/address.ts'
import { dependents, type Node } from './graph.ts'

export type Selection = { readonly target: readonly string[]; readonly exclude: readonly string[] }

export const EVERYTHING: Selection = { target: [], exclude: [] }

/**
 * The nodes a partial plan looks at: targets with all that they depend on, or everything but the excluded ones with all
 * that depends on them. A name stands for the resource of that address and for all below it (`bucket`, `secret/spacelift`).
 */
export function select<N extends Node>(nodes: readonly N[], { target, exclude }: Selection): N[] {
  if (target.length > 0) {
    const after = new Map(nodes.map((node) => [node.address, node.after]))
    return keep(
      nodes,
      closure(named(nodes, target), (address) => after.get(address) ?? []),
    )
  }
  const followers = dependents(nodes)
  const dropped = closure(named(nodes, exclude), (address) => (followers.get(address) ?? []).map((node) => node.address))
  return nodes.filter((node) => !dropped.has(node.address))
}

/** The names that stand for nothing. */
export function unmatched(nodes: readonly Node[], names: readonly string[]): string[] {
  return names.filter((name) => named(nodes, [name]).length === 0)
}

/** True when one of the names stands for the address: it is the address, or the beginning of it. */
export function isNamed(address: Address, names: readonly string[]): boolean {
  return names.some((name) => address === name || address.startsWith(`${name}/`))
}

function named(nodes: readonly Node[], names: readonly string[]): Address[] {
  return nodes.map((node) => node.address).filter((address) => isNamed(address, names))
}

function keep<N extends Node>(nodes: readonly N[], wanted: ReadonlySet<Address>): N[] {
  return nodes.filter((node) => wanted.has(node.address))
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
