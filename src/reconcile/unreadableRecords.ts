import type { ErasedKind } from '../kinds/erasedKind.ts'
import type { State } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { storedResource } from './plannedResource.ts'

/** Records of these resources that their kinds cannot read: edited, or of another version. Their contents are never guessed. */
export function unreadableRecords(kinds: readonly ErasedKind[], state: State, addresses: readonly Address[]): readonly Problem[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  return addresses.flatMap((address) => {
    const stored = state.resources[address]
    return stored === undefined ? [] : problemsOf(() => byName.get(kindOf(address))?.recorded(storedResource(address, stored)), address)
  })
}

function problemsOf(read: () => unknown, address: Address): readonly Problem[] {
  try {
    read()
    return []
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const remedy = 'Use the version of groundcrew that wrote the state, or forget the record, which changes no resource'
    return error.problems.map((problem) => ({
      ...problem,
      summary: `The state's record of ${address} cannot be read: it was edited, or written by another version of groundcrew.`,
      remedy: `${remedy}: groundcrew state rm ${address}.`,
    }))
  }
}
