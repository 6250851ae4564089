import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dataLossImpact, dataLossOfRemoval, dataLossOfUpgrade, keptObjects } from '../../../../src/kinds/release/dataLoss.ts'
import type { ObservedObjects } from '../../../../src/kinds/release/objects/observe/observeObjects.ts'
import { address } from '../../../../src/values/address.ts'

const KEEP = { metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } }
const CLAIM = 'PersistentVolumeClaim/data'

function seen(manifest: object = {}, live: object | null = {}, origin = 'template'): ObservedObjects {
  const one = { kind: 'PersistentVolumeClaim', origin, raw: manifest }
  const all = [
    [CLAIM, one],
    ['Service/mqtt', { ...one, kind: 'Service' }],
  ]
  const there = live === null ? [] : [[CLAIM, { raw: live }]]
  return { manifest: new Map(all as []), live: new Map(there as []) } as unknown as ObservedObjects
}

const next = (...keys: string[]) => new Map(keys.map((key) => [key, {}])) as unknown as ObservedObjects['manifest']

test('a dropped object that holds data is lost; one that stays, is absent or holds none is not', () => {
  assert.equal(dataLossOfUpgrade(seen(), next()), [CLAIM])
  assert.equal(dataLossOfUpgrade(seen(), next(CLAIM)), [])
  assert.equal(dataLossOfUpgrade(seen({}, null), next()), [])
})

test("helm never deletes objects of a chart's crds/", () => {
  assert.equal(dataLossOfUpgrade(seen({}, {}, 'crd'), next()), [])
})

test('an upgrade keeps objects whose live annotation says so, an uninstall those whose manifest says so', () => {
  assert.equal(dataLossOfUpgrade(seen({}, KEEP), next()), [])
  assert.equal(dataLossOfRemoval(seen({}, KEEP)), [CLAIM])
  assert.equal(dataLossOfRemoval(seen(KEEP, {})), [])
  assert.equal(keptObjects(seen({}, KEEP), next()), [CLAIM])
})

test('each loss is named and needs consent', () => {
  const { dataAtRisk, refusals } = dataLossImpact(address('release', 'spacelift', 'spacelift'), [CLAIM], 'Keep it.')
  assert.equal(dataAtRisk.length, 1)
  assert.is(refusals[0]?.consent, '--accept-data-loss release/spacelift/spacelift')
  assert.equal(dataLossImpact(address('release', 'a', 'b'), [], ''), { dataAtRisk: [], refusals: [] })
})

test.run()
