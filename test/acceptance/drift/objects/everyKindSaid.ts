import { BY_PATCH, type ObjectDrift } from './drift.ts'

export const OWNED: Partial<ObjectDrift> = { isOwned: true }
export const UNKNOWN: Partial<ObjectDrift> = { by: undefined }

/** What somebody does with a JSON patch, unless more says otherwise. */
export function drift(
  object: string,
  name: string,
  shows: RegExp,
  change: ObjectDrift['change'],
  more: Partial<ObjectDrift> = {},
): ObjectDrift {
  return { object, name, shows, change, by: BY_PATCH, ...more }
}
