import { withoutNumber } from '../../values/factKeys.ts'
import { EXPIRE_ALL, EXPIRE_CURRENT, EXPIRE_NONCURRENT, type RuleFacts } from './rules.ts'

/**
 * What will be deleted that would otherwise stay: one phrase for each expiry that is new, shorter, or enabled again. Within
 * hours after an expiry is set, MinIO deletes everything that is already old enough.
 */
export function newlyExpiring(before: RuleFacts, after: RuleFacts): readonly string[] {
  return [
    ...tightened(before, after, EXPIRE_CURRENT, [EXPIRE_CURRENT, EXPIRE_ALL]).map((days) => `objects older than ${count(days)} expire`),
    ...tightened(before, after, EXPIRE_NONCURRENT, [EXPIRE_NONCURRENT]).map(
      (days) => `versions that were replaced or deleted more than ${count(days)} ago are permanently removed`,
    ),
  ]
}

/** The days of `key` afterwards, unless a rule of the same effect was at least as strict before. */
function tightened(before: RuleFacts, after: RuleFacts, key: string, sameEffect: readonly string[]): number[] {
  const desired = after[key]?.days
  if (typeof desired !== 'number' || after[key]?.enabled !== true) return []
  const covered = Object.entries(before).some(
    ([beforeKey, { enabled, days, keepNewest }]) =>
      sameEffect.includes(withoutNumber(beforeKey)) &&
      enabled === true &&
      typeof days === 'number' &&
      days <= desired &&
      keepNewest === undefined,
  )
  return covered ? [] : [desired]
}

function count(days: number): string {
  return `${days} ${days === 1 ? 'day' : 'days'}`
}
