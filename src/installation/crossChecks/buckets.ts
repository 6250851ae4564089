import type { Problem } from '../../values/problem.ts'
import { BUCKETS, DEFAULTS } from '../spacelift.ts'
import type { CrossCheck, Draft } from './draft.ts'

const at = (role: string, ...keys: string[]) => ['objectStorage', 'buckets', role, ...keys]

const extra = (name: string, ...keys: string[]) => ['objectStorage', 'extraBuckets', name, ...keys]

/** Names are distinct, lifecycle rules match the versioning, and Terraform states never expire. */
export const checkBuckets: CrossCheck = (draft) => [
  ...sameNames(draft),
  ...extraNames(draft).flatMap((name) => [...guidesName(draft, name), ...lifecycle(draft, extra(name), DEFAULTS.versioning)]),
  ...BUCKETS.flatMap(({ role, versioning }) => lifecycle(draft, at(role), versioning)),
  ...states(draft),
]

/** The names of all buckets; the guide's where the file declares none. */
export function bucketNames(draft: Draft): ReadonlySet<string> {
  return new Set([...guideNames(draft).values(), ...extraNames(draft)])
}

function guideNames(draft: Draft): ReadonlyMap<string, string> {
  return new Map(BUCKETS.map(({ role, name }) => [role, draft.text(...at(role, 'name')) ?? name]))
}

function extraNames(draft: Draft): readonly string[] {
  return Object.keys(draft.map('objectStorage', 'extraBuckets'))
}

function guidesName(draft: Draft, name: string): Problem[] {
  const [role] = [...guideNames(draft)].find(([, other]) => other === name) ?? []
  if (role === undefined) return []
  const place = draft.positionText(at(role, 'name'))
  const detail = place === undefined ? "It is the guide's name for it." : `It is named at ${place}.`
  const remedy = `Configure it in objectStorage.buckets.${role}, or choose another name.`
  return [draft.conflict(extra(name), `is already the bucket for ${role}`, remedy, detail)]
}

function sameNames(draft: Draft): Problem[] {
  const names = [...guideNames(draft)]
  return names.flatMap(([role, name]) => {
    if (draft.text(...at(role, 'name')) === undefined) return []
    const other = names.find(([otherRole, otherName]) => otherRole !== role && otherName === name)
    const predicate = `is also the name of the bucket for ${other?.[0]}`
    return other ? [draft.conflict(at(role, 'name'), predicate, 'Give each of the eleven buckets a name of its own.')] : []
  })
}

function lifecycle(draft: Draft, bucket: readonly string[], byDefault: string): Problem[] {
  const versioning = draft.text(...bucket, 'versioning') ?? byDefault
  if (versioning !== 'off' || typeof draft.get(...bucket, 'noncurrentDays') !== 'number') return []
  const remedy = 'Remove noncurrentDays, or set versioning: enabled.'
  return [draft.conflict([...bucket, 'noncurrentDays'], 'has no effect on a bucket without versioning', remedy)]
}

function states(draft: Draft): Problem[] {
  const problems: Problem[] = []
  if (draft.text(...at('states', 'versioning')) === 'off')
    problems.push(
      draft.conflict(
        at('states', 'versioning'),
        'disables versioning, which Spacelift requires',
        'Remove it: this bucket stores the Terraform states.',
      ),
    )
  if (typeof draft.get(...at('states', 'expireAfterDays')) === 'number')
    problems.push(draft.conflict(at('states', 'expireAfterDays'), 'would delete Terraform states that are in use', 'Remove it.'))
  return problems
}
