import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { valuesWrittenAt } from '../../../../src/kinds/secret/valuesWrittenAt.ts'
import type { ManagedFields } from '../../../../src/world/ports/managedFields.ts'

const entry = (manager: string, minute: number | undefined, ...keys: readonly string[]): ManagedFields => ({
  manager,
  operation: 'Update',
  ...(minute !== undefined && { time: `2026-11-24T10:${String(minute).padStart(2, '0')}:00Z` }),
  fields: { 'f:data': { '.': {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) }, 'f:type': {} },
})
const only = (field: string, minute: number): ManagedFields => ({ ...entry('label', minute), fields: { 'f:metadata': { [field]: {} } } })

test('the key that was written last counts', () => {
  assert.is(valuesWrittenAt([entry('groundcrew', 1, 'A', 'B')]), '2026-11-24T10:01:00Z')
  assert.is(valuesWrittenAt([entry('groundcrew', 1, 'A'), entry('kubectl-patch', 7, 'B')]), '2026-11-24T10:07:00Z')
})

test('labels, annotations and a removed last-applied annotation do not count', () => {
  assert.is(
    valuesWrittenAt([entry('groundcrew', 1, 'A'), only('f:labels', 8), only('f:annotations', 9), entry('other', 9)]),
    '2026-11-24T10:01:00Z',
  )
})

test('another manager that applies the same values again does not count', () => {
  assert.is(valuesWrittenAt([entry('groundcrew', 1, 'A', 'B'), entry('kubectl', 9, 'A', 'B')]), '2026-11-24T10:01:00Z')
})

test('a server-side apply of stringData owns values too', () => {
  const applied = { ...entry('kubectl', 9), fields: { 'f:stringData': { 'f:B': {} } } }
  assert.is(valuesWrittenAt([entry('groundcrew', 1, 'A'), applied]), '2026-11-24T10:09:00Z')
})

test('without a time nothing is known', () => {
  assert.is(valuesWrittenAt([entry('groundcrew', undefined, 'A')]), undefined)
  assert.is(valuesWrittenAt([]), undefined)
})

test.run()
