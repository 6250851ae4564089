import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { writersOfFields } from '../../../../src/kinds/shared/fieldWriters.ts'
import { type FieldStep, type ManagedFields, managedFieldsOf, walkFields } from '../../../../src/world/ports/managedFields.ts'

const entry = (manager: string, time: string | undefined, fieldsV1: object, subresource?: string) => ({
  ...{ manager, operation: 'Update', time, fieldsV1 },
  ...(subresource && { subresource }),
})
const entries = (...raw: object[]): readonly ManagedFields[] => managedFieldsOf({ managedFields: raw })

test('the newest manager of a field is its writer; a status update writes no fact', () => {
  const labels = (...names: string[]) => ({
    'f:metadata': { 'f:labels': { '.': {}, ...Object.fromEntries(names.map((name) => [`f:${name}`, {}])) } },
  })
  const writers = writersOfFields(
    entries(
      entry('kubectl-label', '2026-11-24T02:00:00Z', labels('team', 'a/b')),
      entry('groundcrew', '2026-11-24T01:00:00Z', labels('team', 'own')),
      entry('kubelet', '2026-11-24T03:00:00Z', labels('own'), 'status'),
    ),
    { 'metadata.labels': '/labels' },
  )
  assert.equal(
    [...writers].sort().map(([pointer, { manager }]) => [pointer, manager]),
    [
      ['/labels/a~1b', 'kubectl-label'],
      ['/labels/own', 'groundcrew'],
      ['/labels/team', 'kubectl-label'],
    ],
  )
})

test('a field without fields of its own is a fact itself; fields that are no facts have no writer', () => {
  const writers = writersOfFields(
    entries(entry('kubectl', undefined, { 'f:type': {}, 'f:data': { 'f:A': {} }, 'f:metadata': { 'f:labels': {} } })),
    {
      type: '/type',
      data: '/keys',
    },
  )
  assert.equal(
    [...writers],
    [
      ['/type', { manager: 'kubectl' }],
      ['/keys/A', { manager: 'kubectl' }],
    ],
  )
})

test('steps through lists are parsed; malformed ones are skipped', () => {
  const steps: FieldStep[] = []
  const fields = { '.': {}, 'f:a': {}, 'k:{"name":"x"}': {}, 'v:"y"': {}, 'k:7': {}, 'v:{': {}, 'i:0': {} }
  walkFields(fields, true, (_, step) => {
    steps.push(step)
    return undefined
  })
  assert.equal(steps, [
    { is: 'field', name: 'a' },
    { is: 'element', keys: { name: 'x' } },
    { is: 'value', value: 'y' },
  ])
})

test.run()
