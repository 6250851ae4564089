import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Bookkeeping,
  bookkeepingOf,
  outdatedReaders,
  type ReadersInput,
  readBookkeeping,
  type ValuesState,
} from '../../../../src/kinds/secret/readers.ts'
import type { LivePod } from '../../../../src/world/ports/cluster.ts'

const at = (minute: number) => `2026-11-24T10:${String(minute).padStart(2, '0')}:00Z`

/** A pod whose container runs since this minute, or does not run. */
const pod = (deployment: string, started: number | undefined, template = 'a', created = 0): LivePod => ({
  name: `${deployment}-${template}-${started}`,
  created: at(created),
  containers: [{ image: 'i', ...(started !== undefined && { started: at(started) }) }, { image: 'init' }],
  deployment: { name: deployment, template },
})

/** Written in minute 0; what started until minute 5 is known to hold these values. */
const KNOWN: Bookkeeping = {
  at: at(0),
  readers: { server: { until: at(5), template: 'a' }, drain: { until: at(5), template: 'a' } },
}
const inputOf = (
  values: ValuesState,
  written: number | undefined,
  pods: readonly LivePod[],
  bookkeeping: Bookkeeping | undefined = KNOWN,
): ReadersInput => ({
  values,
  written: written === undefined ? undefined : at(written),
  pods,
  readers: ['server', 'drain'],
  bookkeeping,
})

test('no reader is outdated while the values are as last written, whenever its pods start', () => {
  assert.equal(outdatedReaders(inputOf('unchanged', 0, [pod('server', 3), pod('server', 30), pod('drain', 0)])), [])
})

test('drifted: pods that started since hold the other values, pods that started before do not', () => {
  assert.equal(outdatedReaders(inputOf('drifted', 20, [pod('server', 30), pod('server', 4), pod('drain', 10)])), ['server'])
})

test('restored outside groundcrew, or by an apply that was killed: pods that started in between may hold other values', () => {
  const pods = [pod('server', 5), pod('server', 15), pod('drain', 4), pod('drain', 21)]
  assert.equal(outdatedReaders(inputOf('unchanged', 20, pods)), ['server'])
})

test('changed by an apply that was killed: every pod that started before is outdated', () => {
  assert.equal(outdatedReaders(inputOf('alreadyWritten', 20, [pod('server', 4), pod('drain', 21)])), ['server'])
  assert.equal(outdatedReaders(inputOf('toBeWritten', 20, [pod('server', 4), pod('drain', 21)])), [])
})

test('a removed key leaves no time: every pod that is not known to hold the values is outdated', () => {
  assert.equal(outdatedReaders(inputOf('drifted', 0, [pod('server', 5), pod('drain', 6)])), ['drain'])
})

test('within the same second a pod counts as outdated', () => {
  assert.equal(outdatedReaders(inputOf('drifted', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(inputOf('unchanged', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(inputOf('alreadyWritten', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(inputOf('unchanged', 20, [pod('server', 20, 'b')])), [], 'but a restart by groundcrew came after the write')
  assert.equal(outdatedReaders(inputOf('alreadyWritten', 20, [pod('server', 20, 'b')])), [])
})

test('at the end of an apply, pods of another template come from its restarts, whatever their node’s clock shows', () => {
  const input = inputOf('unchanged', 20, [pod('server', 15, 'b', 3), pod('drain', 15)])
  assert.equal(outdatedReaders(input), ['server', 'drain'])
  assert.equal(outdatedReaders({ ...input, isAfterApply: true }), ['drain'])
})

test('without bookkeeping, or without times, no reader is outdated', () => {
  for (const values of ['unchanged', 'drifted', 'alreadyWritten'] as const) {
    assert.equal(outdatedReaders({ ...inputOf(values, 20, [pod('server', 15), pod('server', 25)]), bookkeeping: undefined }), [])
    assert.equal(outdatedReaders(inputOf(values, undefined, [pod('server', 15), pod('server', 25)])), [])
  }
})

test('containers that do not run, pods that are being replaced and pods of no Deployment are not outdated', () => {
  const pods = [pod('server', undefined), pod('drain', 15, 'a', 1), pod('drain', 30, 'b', 2), { ...pod('x', 15), deployment: undefined }]
  assert.equal(outdatedReaders(inputOf('unchanged', 20, pods as LivePod[])), [])
})

test('settled: every running pod is remembered', () => {
  const input = inputOf('unchanged', 20, [pod('server', 30), pod('drain', 4)])
  assert.equal(bookkeepingOf(input, []), {
    at: at(20),
    readers: { server: { until: at(30), template: 'a' }, drain: { until: at(5), template: 'a' } },
  })
  assert.equal(bookkeepingOf({ ...input, bookkeeping: undefined }, []), {
    at: at(20),
    readers: { server: { until: at(30), template: 'a' }, drain: { until: at(4), template: 'a' } },
  })
})

test('a repair that is killed before its restart: the next plan finds exactly the same outdated readers', () => {
  const pods = [pod('server', 30), pod('drain', 10)]
  const drifted = inputOf('drifted', 20, pods)
  const bookkeeping = bookkeepingOf(drifted, outdatedReaders(drifted))
  assert.equal(bookkeeping, { at: at(0), readers: { server: { until: at(5), template: 'a' }, drain: { until: at(10), template: 'a' } } })
  assert.equal(outdatedReaders(inputOf('unchanged', 40, pods, bookkeeping)), ['server'])
})

test('a change that is killed before its restart: every reader stays outdated until it is restarted', () => {
  const pods = [pod('server', 4), pod('drain', 4)]
  const pending = inputOf('toBeWritten', 0, pods)
  const bookkeeping = bookkeepingOf(pending, [])
  assert.equal(outdatedReaders(inputOf('unchanged', 40, pods, bookkeeping)), ['server', 'drain'])
  assert.equal(outdatedReaders(inputOf('unchanged', 40, [pod('server', 40, 'b', 3), pod('drain', 4)], bookkeeping)), ['drain'])
  const found = inputOf('alreadyWritten', 40, pods)
  const kept = bookkeepingOf(found, outdatedReaders(found))
  assert.equal(outdatedReaders(inputOf('unchanged', 40, pods, kept)), ['server', 'drain'])
})

test('without bookkeeping, nothing is remembered while the values are not as declared', () => {
  assert.is(bookkeepingOf({ ...inputOf('drifted', 20, [pod('server', 30)]), bookkeeping: undefined }, []), undefined)
  assert.is(bookkeepingOf({ ...inputOf('toBeWritten', 20, [pod('server', 30)]), bookkeeping: undefined }, []), undefined)
})

test('only well-formed bookkeeping is read back', () => {
  assert.equal(readBookkeeping(KNOWN), KNOWN)
  for (const wrong of [
    undefined,
    {},
    { at: at(0) },
    { at: 1, readers: {} },
    { at: at(0), readers: { a: {} } },
    { at: at(0), readers: { a: null } },
  ])
    assert.is(readBookkeeping(wrong as Parameters<typeof readBookkeeping>[0]), undefined)
})

test.run()
