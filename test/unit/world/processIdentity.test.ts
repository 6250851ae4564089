import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { identify, isAlive } from '../../../src/world/processIdentity.ts'

const found = identify(process.pid)
if (found === undefined) throw new Error('this process is not in /proc')
const me = { ...found, machine: found.machine || 'm' }

test('a process is known by its start time: another of the same pid is another', () => {
  assert.is(isAlive(me), true)
  assert.is(isAlive({ ...me, startTime: '1' }), false)
})

test('of another host, or in another pid namespace, nothing is known', () => {
  assert.is(isAlive({ ...me, host: 'elsewhere' }), undefined)
  assert.is(isAlive({ ...me, pidNamespace: 'pid:[1] time:[1]' }), undefined)
})

test('nothing survives a reboot of this machine', () => {
  const isKnown = found.machine !== ''
  assert.is(isAlive({ ...found, bootId: 'an earlier boot' }), isKnown ? false : undefined)
})

test('another machine of the same host name is not this one rebooted', () => {
  assert.is(isAlive({ ...me, machine: 'another', bootId: 'its boot' }), undefined)
  assert.is(isAlive({ ...me, machine: '', bootId: 'its boot' }), undefined)
})

test.run()
