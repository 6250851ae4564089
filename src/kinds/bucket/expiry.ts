import { EXPIRE_ALL, EXPIRE_CURRENT, EXPIRE_NONCURRENT, type RuleFacts, withoutNumber } from './rules.ts'

/**
 * What will be deleted that would not have been: one phrase for each expiry that is new, shorter, or enabled again.
 * An expiry is a deletion of what is old enough, hours after it is set.
 */
export function newlyExpiring(before: RuleFacts, after: RuleFacts): readonly string[] {
  return [
    ...tightened(before, after, EXPIRE_CURRENT, [EXPIRE_CURRENT, EXPIRE_ALL]).map((days) => `objects older than ${count(days)} expire`),
    ...tightened(before, after, EXPIRE_NONCURRENT, [EXPIRE_NONCURRENT]).map(
      (days) => `versions that were replaced or deleted more than ${count(days)} ago are removed for ever`,
    ),
  ]
}

/** The days of `key` afterwards, unless something of the same effect was at least as strict before. */
function tightened(before: RuleFacts, after: RuleFacts, key: string, sameEffect: readonly string[]): number[] {
  const wanted = after[key]?.days
  if (typeof wanted !== 'number' || after[key]?.enabled !== true) return []
  const covered = Object.entries(before).some(
    ([other, { enabled, days, keepNewest }]) =>
      sameEffect.includes(withoutNumber(other)) &&
      enabled === true &&
      typeof days === 'number' &&
      days <= wanted &&
      keepNewest === undefined,
  )
  return covered ? [] : [wanted]
}

function count(days: number): string {
  return `${days} ${days === 1 ? 'day' : 'days'}`
}
