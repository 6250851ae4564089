import type { Node } from '../plan/graph.ts'
import { type Selection, select } from '../plan/select.ts'
import { kindOf } from '../values/address.ts'
import { isRemovedFirst, type Orphan } from './orphans.ts'

/** As `select`, but a resource that is removed for its replacement is selected only together with that: else neither would exist. */
export function selectWithReplacements<N extends Node>(nodes: readonly N[], selection: Selection, orphans: readonly Orphan[]): N[] {
  const { target, exclude } = selection
  const orphaned = new Set(orphans.map(({ address }) => address))
  const removed = orphans.filter(isRemovedFirst).map(({ address }) => address)
  const kinds = new Set(removed.map(kindOf))
  const replacements = nodes.map(({ address }) => address).filter((address) => kinds.has(kindOf(address)) && !orphaned.has(address))
  const selected = new Set(select(nodes, selection).map(({ address }) => address))
  const splitsReplacement = removed.some((address) => selected.has(address)) && replacements.some((address) => !selected.has(address))
  if (!splitsReplacement) return nodes.filter(({ address }) => selected.has(address))
  if (target.length > 0) return select(nodes, { target: [...target, ...replacements], exclude })
  return select(nodes, { target, exclude: [...exclude, ...removed] })
}
