import type { Problem } from '../../values/problem.ts'
import { BUCKETS } from '../spacelift.ts'
import type { CrossCheck, Draft } from './draft.ts'

const at = (role: string, ...keys: string[]) => ['objectStorage', 'buckets', role, ...keys]

/** Names are distinct, expiries fit the versioning, and Terraform states are never thrown away. */
export const checkBuckets: CrossCheck = (draft) => [
  ...sameNames(draft),
  ...BUCKETS.flatMap(({ role, versioning }) => lifecycle(draft, role, draft.text(...at(role, 'versioning')) ?? versioning)),
  ...states(draft),
]

/** The names of all eleven buckets, the guide's where the file says nothing. */
export function bucketNames(draft: Draft): ReadonlyMap<string, string> {
  return new Map(BUCKETS.map(({ role, name }) => [role, draft.text(...at(role, 'name')) ?? name]))
}

function sameNames(draft: Draft): Problem[] {
  const names = [...bucketNames(draft)]
  return names.flatMap(([role, name]) => {
    if (draft.text(...at(role, 'name')) === undefined) return []
    const other = names.find(([otherRole, otherName]) => otherRole !== role && otherName === name)
    const what = `is also the name of the bucket for ${other?.[0]}`
    return other ? [draft.conflict(at(role, 'name'), what, 'Give each of the eleven buckets a name of its own.')] : []
  })
}

function lifecycle(draft: Draft, role: string, versioning: string): Problem[] {
  const noncurrent = draft.get(...at(role, 'noncurrentDays'))
  if (versioning !== 'off' || typeof noncurrent !== 'number') return []
  const remedy = 'Remove noncurrentDays, or set versioning: enabled.'
  return [draft.conflict(at(role, 'noncurrentDays'), 'means nothing for a bucket without versioning', remedy)]
}

function states(draft: Draft): Problem[] {
  const problems: Problem[] = []
  if (draft.text(...at('states', 'versioning')) === 'off')
    problems.push(
      draft.conflict(at('states', 'versioning'), 'turns off what Spacelift requires', 'Remove it: this bucket holds the Terraform states.'),
    )
  if (typeof draft.get(...at('states', 'expireAfterDays')) === 'number')
    problems.push(draft.conflict(at('states', 'expireAfterDays'), 'would delete Terraform states that are in use', 'Remove it.'))
  return problems
}
