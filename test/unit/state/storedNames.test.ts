import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseMemory } from '../../../src/plan/driftMemory.ts'
import { parseSavedPlan } from '../../../src/plan/savedPlan.ts'
import { parseHistory } from '../../../src/state/history.ts'
import { holderOf } from '../../../src/state/holder.ts'
import { stateText } from '../../../src/state/state.ts'
import type { LiveLease } from '../../../src/world/ports/leases.ts'

// Each text is as another version stored it: renaming a field in the code must not rename it here.

test('the Lease of a holder', () => {
  const process = '{"pid":7,"startTime":"1","host":"jump1","machine":"m","bootId":"b","namespaces":"n"}'
  const info = `{"id":"i","who":"alice@jump1","command":"apply","since":"2026-11-24T00:00:00.000Z","process":${process},"helm":${process}}`
  const holder = holderOf({ info } as LiveLease)
  assert.equal([holder?.who, holder?.command, holder?.process.host, holder?.helm?.pid], ['alice@jump1', 'apply', 'jump1', 7])
  assert.is(JSON.stringify(holder), info)
})

test('a saved plan', () => {
  const basis =
    '{"tool":"1","file":"f","inputs":{},"chart":{"name":"n","version":"1","digest":"d"},"archive":"","world":{"cluster":"c","objectStore":"o","objectStoreEndpoint":"e","registries":[]},"lineage":"l","serial":4}'
  const edits = '[{"pointer":"/days","from":5,"to":7,"cause":"declared"}]'
  const changes = `{"bucket/b":{"action":"update","guard":"g","edits":${edits}}}`
  const text = `{"format":1,"id":"i","options":{},"basis":${basis},"changes":${changes},"seal":"s"}`
  const plan = parseSavedPlan(text)
  assert.ok(typeof plan === 'object')
  assert.equal([plan.basis.serial, plan.basis.world.objectStoreEndpoint, plan.changes['bucket/b']?.edits[0]?.cause], [4, 'e', 'declared'])
  assert.is(JSON.stringify(plan), text)
})

test('the records of a history', () => {
  const at = '2026-11-24T00:00:00.000Z'
  const lines = [
    `{"type":"begin","at":"${at}","run":"r","tool":"1","who":"w","serial":1,"savedPlan":"p","created":["bucket/a"],"plan":[{"address":"bucket/b","action":"create","edits":[{"field":"days","cause":"declared"}]}]}`,
    `{"type":"step","at":"${at}","address":"bucket/b","action":"create"}`,
    `{"type":"child","at":"${at}","address":"release/s/s","process":{"pid":7}}`,
    `{"type":"done","at":"${at}","address":"bucket/b","seconds":1}`,
    `{"type":"failed","at":"${at}","address":"bucket/c","seconds":1,"problems":[{"code":"c","summary":"s","remedy":"r"}]}`,
    `{"type":"skipped","at":"${at}","address":"bucket/d","because":"bucket/c failed"}`,
    `{"type":"end","at":"${at}","result":"failed","seconds":2}`,
  ]
  assert.is(
    parseHistory(lines.join('\n'))
      .map((record) => JSON.stringify(record))
      .join('\n'),
    lines.join('\n'),
  )
})

test('the memory of drift', () => {
  const text = '{"format":1,"since":{"bucket/b /days 7":"2026-11-24T00:00:00.000Z"}}'
  assert.is(JSON.stringify(parseMemory(text)), text)
})

test('a state in the current format', () => {
  const world = { cluster: 'c', objectStore: 'o', objectStoreEndpoint: 'e', registries: ['r'] }
  const removalPolicy = { created: 'remove', adopted: 'refuse', removeFirst: true } as const
  const record = { facts: {}, guard: 'g', after: [], provenance: 'created', removalPolicy, bookkeeping: { charts: {} } } as const
  const text = stateText({ format: 2, lineage: 'l', serial: 1, world, resources: { 'bucket/b': record } })
  assert.is(
    JSON.stringify(JSON.parse(text)),
    '{"format":2,"lineage":"l","serial":1,"world":{"cluster":"c","objectStore":"o","objectStoreEndpoint":"e","registries":["r"]},"resources":{"bucket/b":{"facts":{},"guard":"g","after":[],"provenance":"created","removalPolicy":{"created":"remove","adopted":"refuse","removeFirst":true},"bookkeeping":{"charts":{}}}}}',
  )
})

test.run()
