import type { Node } from '../plan/graph.ts'
import { type Selection, select } from '../plan/select.ts'
import { kindOf } from '../values/address.ts'
import type { Orphan } from './orphans.ts'

/** As `select`, but what makes way goes only together with what takes its place: else nothing would be there. */
export function selectWithReplacements<N extends Node>(nodes: readonly N[], { target, exclude }: Selection, gone: readonly Orphan[]): N[] {
  const undeclared = new Set(gone.map((one) => one.address))
  const leaving = new Set(
    gone.filter((one) => one.disposition === 'remove' && one.stored.removalPolicy?.removeFirst).map((one) => one.address),
  )
  const kinds = new Set([...leaving].map(kindOf))
  const arriving = nodes.map((one) => one.address).filter((address) => kinds.has(kindOf(address)) && !undeclared.has(address))
  const chosen = new Set(select(nodes, { target, exclude }).map((one) => one.address))
  const isTorn = [...leaving].some((address) => chosen.has(address)) && arriving.some((address) => !chosen.has(address))
  if (!isTorn) return nodes.filter((one) => chosen.has(one.address))
  const whole = target.length > 0 ? { target: [...target, ...arriving], exclude } : { target, exclude: [...exclude, ...leaving] }
  return select(nodes, whole)
}
