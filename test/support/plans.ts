import { KINDS } from '../../src/kinds/index.ts'
import { type Edit, NO_IMPACT, type ObjectGroups } from '../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../src/plan/plan.ts'
import { address } from '../../src/values/address.ts'

/** A position in the file. */
export const at = { file: 'desired-state.yaml', line: 42, col: 7 }

export function planOf(...changes: PlannedChange[]): Plan {
  return { changes, findings: [], problems: [], uncheckedCount: 0 }
}

export function change(name: string, action: PlannedChange['action'], edits: readonly Edit[]): PlannedChange {
  const [kind, ...rest] = name.split('/') as [string, ...string[]]
  const objects = objectGroupsOf(kind)
  return { address: address(kind, ...rest), action, edits, impact: NO_IMPACT, after: [], ...(objects && { objects }) }
}

/** How this kind groups its fields. */
export function objectGroupsOf(kind: string): ObjectGroups | undefined {
  return KINDS.find(({ name }) => name === kind)?.traits.objects
}

export function edit(pointer: string, from: Edit['from'], to: Edit['to'], cause: Edit['cause']): Edit {
  return { pointer, from, to, cause }
}

/** A pointer into one of the release's objects. */
export function inObject(object: string, rest: string): string {
  return `/objects/${object.replaceAll('/', '~1')}${rest}`
}
