import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { identify, isAlive } from '../../../src/world/processIdentity.ts'

const current = identify(process.pid)
if (current === undefined) throw new Error('this process is not in /proc')
const identity = { ...current, machine: current.machine || 'm' }

test('a process with the same pid and another start time is another process', () => {
  assert.is(isAlive(identity), true)
  assert.is(isAlive({ ...identity, startTime: '1' }), false)
})

test('a process on another host or in another pid namespace is unknown', () => {
  assert.is(isAlive({ ...identity, host: 'elsewhere' }), undefined)
  assert.is(isAlive({ ...identity, pidNamespace: 'pid:[1] time:[1]' }), undefined)
})

test('no process survives a reboot of this machine', () => {
  const hasMachineId = current.machine !== ''
  assert.is(isAlive({ ...current, bootId: 'an earlier boot' }), hasMachineId ? false : undefined)
})

test('another machine with the same host name is not mistaken for a reboot of this one', () => {
  assert.is(isAlive({ ...identity, machine: 'another', bootId: 'its boot' }), undefined)
  assert.is(isAlive({ ...identity, machine: '', bootId: 'its boot' }), undefined)
})

test.run()
