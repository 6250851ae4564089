import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Edit } from '../../../../../../src/kinds/kind.ts'
import type { ReleaseChange } from '../../../../../../src/kinds/release/facts.ts'
import { isHelmOwned, needsPreRepair } from '../../../../../../src/kinds/release/objects/repair/needsHelm.ts'
import { type FactValue, pointer } from '../../../../../../src/values/json.ts'

const SERVICE = 'Service/mqtt'
const at = (key: string, ...rest: string[]) => pointer('objects', key, ...rest)
const edit = (where: string, from?: FactValue, to?: FactValue): Edit => ({ pointer: where, from, to, cause: 'drifted' })

const stranger = edit(at(SERVICE, 'spec', 'ports', '99/TCP', 'name'), 'x', undefined)
const declared = edit(at(SERVICE, 'spec', 'ports', '80/TCP', 'name'), undefined, 'x')

function change(...edits: Edit[]): ReleaseChange {
  const objects = [
    [SERVICE, { origin: 'template' }],
    ['ConfigMap/hook', { origin: 'hook' }],
  ]
  const manifest = new Map(objects as [string, { origin: string }][])
  const seen = { is: 'present', evidence: { objects: { manifest } } }
  return { edits, basis: { manifest }, observed: seen, desired: { objects: { [SERVICE]: { spec: {} } } } } as unknown as ReleaseChange
}

const owned = (one: Edit) => isHelmOwned(one, change(one))

test('an upgrade changes what the release and its templates declare, not undeclared fields, hooks and CRDs', () => {
  assert.ok(owned(edit('/values/a', 1, 2)))
  assert.ok(owned(declared))
  assert.not(owned(stranger))
  assert.not(owned(edit(at('ConfigMap/hook', 'data', 'a'), 'x', 'y')))
  assert.not(owned(edit(at('Service/left-behind', 'apiVersion'), 'v1', undefined)))
})

test('an object that is being deleted is created again by an upgrade', () => {
  assert.ok(owned(edit(at(SERVICE, 'metadata', 'deleting'), true, undefined)))
})

test('undeclared fields beside those that an upgrade sets are removed before it', () => {
  assert.equal([...needsPreRepair(change(stranger, declared))], [SERVICE])
  assert.equal([...needsPreRepair(change(stranger, declared, edit('/status', 'failed', 'deployed')))], [SERVICE])
  assert.equal([...needsPreRepair(change(stranger))], [])
  assert.equal([...needsPreRepair(change(declared))], [])
})

test('if values change too, only drift is repaired before the upgrade', () => {
  const values = edit('/values/a', 1, 2)
  assert.equal([...needsPreRepair(change(stranger, declared, values))], [SERVICE])
  assert.equal([...needsPreRepair(change(stranger, { ...declared, cause: 'declared' }, values))], [])
  assert.equal([...needsPreRepair(change({ ...stranger, cause: 'declared' }, declared, values))], [])
})

test.run()
