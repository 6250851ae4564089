import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Progress } from '../../../src/kinds/kind.ts'
import { applyLine } from '../../../src/report/applyText.ts'
import { PLAIN } from '../../../src/report/format/style.ts'
import { address } from '../../../src/values/address.ts'

const line = (progress: Progress) => applyLine({ type: 'apply_progress', address: address('image', 'backend'), progress }, PLAIN)
const MIB = 2 ** 20
const push = { message: '1 of 4 blobs are in the registry,', total: 200 * MIB, unit: 'bytes' } as const

test('a push shows bytes, rate and time left as soon as they are known', () => {
  assert.is(line({ ...push, done: 0 }), 'image/backend: 1 of 4 blobs are in the registry, 0.0 of 200.0 MiB')
  assert.is(
    line({ ...push, done: 50 * MIB, perSecond: 12.5 * MIB, secondsLeft: 12 }),
    'image/backend: 1 of 4 blobs are in the registry, 50.0 of 200.0 MiB at 12.5 MiB/s, 12 s left',
  )
  assert.match(line({ ...push, done: MIB, perSecond: MIB, secondsLeft: 199 }), /at 1\.0 MiB\/s, 3 min left$/)
})

test('a completed push has no rate', () => {
  assert.match(line({ ...push, done: 200 * MIB, perSecond: MIB, secondsLeft: 0 }), /200\.0 of 200\.0 MiB$/)
})

test('pods are counted, and some steps have only a message', () => {
  assert.is(line({ message: 'pods ready:', done: 2, total: 9, unit: 'pods' }), 'image/backend: pods ready: 2 of 9 pods')
  assert.is(line({ message: 'waiting' }), 'image/backend: waiting')
})

test.run()
