import type { Installation } from '../installation/installation.ts'
import type { AnyKind } from '../kinds/anyKind.ts'
import { NO_IMPACT } from '../kinds/kind.ts'
import type { PlannedChange } from '../plan/plan.ts'
import type { State } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'

export type Undeclared = { readonly changes: readonly PlannedChange[]; readonly problems: readonly Problem[] }

/**
 * What the state remembers and the file no longer declares. The guide fixes which resources an installation has, so
 * today such a resource was renamed, and what holds data is never moved or dropped by a rename.
 */
export function undeclared(
  kinds: readonly AnyKind[],
  state: State,
  declared: readonly { address: Address }[],
  installation: Installation,
): Undeclared {
  const known = new Set(declared.map((it) => it.address))
  const orphans = (Object.keys(state.resources) as Address[]).filter((address) => !known.has(address))
  const holding = new Set(kinds.filter((kind) => kind.holdsData).map((kind) => kind.name))
  const renamed = orphans.filter((address) => holding.has(kindOf(address)))
  const problems = renamed.map((address) => refusal(address, installation))
  const changes = orphans
    .filter((address) => !renamed.includes(address))
    .map((address) => ({ address, action: 'forget' as const, edits: [], impact: NO_IMPACT, after: [] }))
  return { changes, problems }
}

function refusal(address: Address, installation: Installation): Problem {
  const kind = kindOf(address)
  const where = kind === 'bucket' ? '/objectStorage/buckets' : '/kubernetes/namespace'
  const at = installation.positions.get(where)
  return {
    code: 'plan/renamed',
    summary: `${address} was applied before and is no longer in the file.`,
    ...(at && { at }),
    detail: 'It holds data, and a change of its name would leave that data behind.',
    remedy: `Put the old name back. To move: stop the installation, copy the data, then forget the old one: groundcrew state rm ${address}.`,
  }
}
