import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Bookkeeping,
  bookkeepingOf,
  type Look,
  outdatedReaders,
  readBookkeeping,
  type Values,
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

/** Written in minute 0, and all that started until minute 5 is known to be good. */
const VOUCHED: Bookkeeping = {
  at: at(0),
  readers: { server: { until: at(5), template: 'a' }, drain: { until: at(5), template: 'a' } },
}
const look = (
  values: Values,
  written: number | undefined,
  pods: readonly LivePod[],
  bookkeeping: Bookkeeping | undefined = VOUCHED,
): Look => ({
  values,
  written: written === undefined ? undefined : at(written),
  pods,
  readers: ['server', 'drain'],
  bookkeeping,
})

test('nothing is stale as long as nobody wrote, whenever pods start', () => {
  assert.equal(outdatedReaders(look('same', 0, [pod('server', 3), pod('server', 30), pod('drain', 0)])), [])
})

test('drifted: what started since holds the other values, what started before does not', () => {
  assert.equal(outdatedReaders(look('foreign', 20, [pod('server', 30), pod('server', 4), pod('drain', 10)])), ['server'])
})

test('put back by hand, or by an apply that was killed: what started in between may hold others', () => {
  const pods = [pod('server', 5), pod('server', 15), pod('drain', 4), pod('drain', 21)]
  assert.equal(outdatedReaders(look('same', 20, pods)), ['server'])
})

test('changed by an apply that was killed: all that started before', () => {
  assert.equal(outdatedReaders(look('new', 20, [pod('server', 4), pod('drain', 21)])), ['server'])
  assert.equal(outdatedReaders(look('pending', 20, [pod('server', 4), pod('drain', 21)])), [])
})

test('a key that was taken away leaves no time: all that is not known to be good is stale', () => {
  assert.equal(outdatedReaders(look('foreign', 0, [pod('server', 5), pod('drain', 6)])), ['drain'])
})

test('in one and the same second the safe side is taken', () => {
  assert.equal(outdatedReaders(look('foreign', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(look('same', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(look('new', 20, [pod('server', 20)])), ['server'])
  assert.equal(outdatedReaders(look('same', 20, [pod('server', 20, 'b')])), [], 'but a restart of ours came after the writing')
  assert.equal(outdatedReaders(look('new', 20, [pod('server', 20, 'b')])), [])
})

test('at the end of an apply, pods of another template are its own, whatever the clock of their node says', () => {
  const it = look('same', 20, [pod('server', 15, 'b', 3), pod('drain', 15)])
  assert.equal(outdatedReaders(it), ['server', 'drain'])
  assert.equal(outdatedReaders({ ...it, isAfterApply: true }), ['drain'])
})

test('without memory, or without times, nothing is stale', () => {
  for (const values of ['same', 'foreign', 'new'] as const) {
    assert.equal(outdatedReaders({ ...look(values, 20, [pod('server', 15), pod('server', 25)]), bookkeeping: undefined }), [])
    assert.equal(outdatedReaders(look(values, undefined, [pod('server', 15), pod('server', 25)])), [])
  }
})

test('containers that do not run, pods that are being replaced and those of nobody hold nothing', () => {
  const pods = [pod('server', undefined), pod('drain', 15, 'a', 1), pod('drain', 30, 'b', 2), { ...pod('x', 15), deployment: undefined }]
  assert.equal(outdatedReaders(look('same', 20, pods as LivePod[])), [])
})

test('settled: all that runs is bookkeeping for', () => {
  const it = look('same', 20, [pod('server', 30), pod('drain', 4)])
  assert.equal(bookkeepingOf(it, []), {
    at: at(20),
    readers: { server: { until: at(30), template: 'a' }, drain: { until: at(5), template: 'a' } },
  })
  assert.equal(bookkeepingOf({ ...it, bookkeeping: undefined }, []), {
    at: at(20),
    readers: { server: { until: at(30), template: 'a' }, drain: { until: at(4), template: 'a' } },
  })
})

test('a repair that is killed before its restart: the next look finds the same readers stale, and no other', () => {
  const pods = [pod('server', 30), pod('drain', 10)]
  const drifted = look('foreign', 20, pods)
  const bookkeeping = bookkeepingOf(drifted, outdatedReaders(drifted))
  assert.equal(bookkeeping, { at: at(0), readers: { server: { until: at(5), template: 'a' }, drain: { until: at(10), template: 'a' } } })
  assert.equal(outdatedReaders(look('same', 40, pods, bookkeeping)), ['server'])
})

test('a change that is killed before its restart: every reader is owed one until it has it', () => {
  const pods = [pod('server', 4), pod('drain', 4)]
  const pending = look('pending', 0, pods)
  const bookkeeping = bookkeepingOf(pending, [])
  assert.equal(outdatedReaders(look('same', 40, pods, bookkeeping)), ['server', 'drain'])
  assert.equal(outdatedReaders(look('same', 40, [pod('server', 40, 'b', 3), pod('drain', 4)], bookkeeping)), ['drain'])
  const found = look('new', 40, pods)
  const kept = bookkeepingOf(found, outdatedReaders(found))
  assert.equal(outdatedReaders(look('same', 40, pods, kept)), ['server', 'drain'])
})

test('nothing is bookkeeping for while values are foreign and nothing was remembered', () => {
  assert.is(bookkeepingOf({ ...look('foreign', 20, [pod('server', 30)]), bookkeeping: undefined }, []), undefined)
  assert.is(bookkeepingOf({ ...look('pending', 20, [pod('server', 30)]), bookkeeping: undefined }, []), undefined)
})

test('only what was written so is read back', () => {
  assert.equal(readBookkeeping(VOUCHED), VOUCHED)
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
