import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasChanges } from '../../../src/plan/plan.ts'
import { FileStore } from '../../../src/state/fileStore.ts'
import { openJournal } from '../../../src/state/journal.ts'
import { applied, plan, problem, Things } from './things.ts'

const chain = [
  { name: 'c', value: '1', after: ['b'] },
  { name: 'b', value: '1', after: ['a'] },
  { name: 'a', value: '1' },
  { name: 'alone', value: '1' },
]

test('what is missing is created in order, and the plan after it is empty', async () => {
  const things = new Things()
  things.wanted = chain
  const { state, result } = await applied(things)
  assert.is(result.done.length, 4)
  assert.ok(
    things.written.indexOf('thing/a') < things.written.indexOf('thing/b') &&
      things.written.indexOf('thing/b') < things.written.indexOf('thing/c'),
  )
  assert.is(hasChanges((await plan(things, state)).plan), false)
  assert.ok(Object.values(state.resources).every((one) => one.provenance === 'created'))
})

test('without a state the plan of a settled world is the same, and what is found is adopted', async () => {
  const things = new Things()
  things.wanted = chain
  const { state } = await applied(things)
  assert.is(hasChanges((await plan(things)).plan), false)
  const again = await applied(things)
  assert.ok(Object.values(again.state.resources).every((one) => one.provenance === 'adopted'))
  assert.is(again.result.done.length, 0)
  assert.is(Object.keys(state.resources).length, 4)
})

test('a step that fails stops only what depends on it, also through others', async () => {
  const things = new Things()
  things.wanted = chain
  things.live.set('thing/b', '1')
  things.broken.add('thing/a')
  const { result } = await applied(things)
  assert.equal([result.failed, result.skipped, result.done], [['thing/a'], ['thing/c'], ['thing/alone']])
  assert.is(result.problems[0]?.summary, 'thing/a is broken')
})

test('drift that is accepted is let be and not recorded; it is planned again when its day is over', async () => {
  const things = new Things()
  things.wanted = chain
  const { state, store } = await applied(things)
  things.live.set('thing/a', 'other')
  things.accept = [{ resource: 'thing/a', field: 'value', reason: 'ticket 4711', until: '2026-11-24' }]
  const { plan: made } = await plan(things, state)
  assert.equal([hasChanges(made), made.changes[0]?.action], [false, 'accept'])
  assert.match(made.findings[0]?.summary ?? '', /accepted until 2026-11-24: ticket 4711/)
  const again = await applied(things, store)
  assert.equal([things.live.get('thing/a'), again.state.resources['thing/a']], ['other', state.resources['thing/a']])
  things.accept = things.accept.map((one) => ({ ...one, until: '2026-11-23' }))
  assert.is((await plan(things, again.state)).plan.changes[0]?.action, 'repair')
})

test('accepted drift does not keep the file from changing the resource', async () => {
  const things = new Things()
  things.wanted = chain
  const { state } = await applied(things)
  things.live.set('thing/a', 'other')
  things.accept = [{ resource: 'thing/a', field: 'value', reason: 'ticket 4711', until: '2026-11-24' }]
  things.wanted = chain.map((one) => (one.name === 'a' ? { ...one, value: '2' } : one))
  const { plan: made } = await plan(things, state)
  assert.is(made.changes[0]?.action, 'update')
  assert.match(made.findings[0]?.summary ?? '', /value is accepted until 2026-11-24 \(ticket 4711\), and becomes as declared/)
})

test('what cannot be looked at blocks its dependents, is told once, and is never planned as missing', async () => {
  const things = new Things()
  things.wanted = chain
  things.hidden.add('thing/a').add('thing/alone')
  const { plan: made, steps } = await plan(things)
  assert.equal(
    made.changes.map((change) => [change.address, change.action]),
    [
      ['thing/a', 'blocked'],
      ['thing/alone', 'blocked'],
      ['thing/b', 'blocked'],
      ['thing/c', 'blocked'],
    ],
  )
  assert.is(steps.size, 0)
  assert.equal(
    made.problems.map((one) => one.summary),
    ['the server is away'],
  )
})

test('drift is repaired, and told from a change of the file', async () => {
  const things = new Things()
  things.wanted = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1' },
    { name: 'gone', value: '1' },
  ]
  const { store, state } = await applied(things)
  things.live.set('thing/a', 'changed by hand')
  things.live.delete('thing/gone')
  things.wanted = things.wanted.map((it) => (it.name === 'b' ? { ...it, value: '2' } : it))
  const { plan: made } = await plan(things, state)
  assert.equal(
    made.changes.map((change) => [change.action, change.edits[0]?.cause]),
    [
      ['repair', 'drifted'],
      ['update', 'declared'],
      ['recover', 'drifted'],
    ],
  )
  const after = await applied(things, store)
  assert.is(after.result.done.length, 3)
  assert.is(hasChanges((await plan(things, after.state)).plan), false)
})

test('an apply killed after a create was announced still proves who made it', async () => {
  const things = new Things()
  things.wanted = [{ name: 'a', value: '1' }]
  const store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))
  const killed = await openJournal(store.folder, 'a-killed-run')
  await killed.append({ type: 'step', at: '', address: 'thing/a', action: 'create' })
  await killed.close()
  things.live.set('thing/a', '1')
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/a']?.provenance, 'created')
})

test('what was made and then failed is ours, also after an apply that ended without reaching it', async () => {
  const things = new Things()
  things.wanted = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1', after: ['a'] },
  ]
  things.halfMade.add('thing/b')
  const { store } = await applied(things)
  things.live.set('thing/b', 'half')
  things.halfMade.clear()
  things.live.delete('thing/a')
  things.broken.add('thing/a')
  assert.equal((await applied(things, store)).result.skipped, ['thing/b'])
  things.broken.clear()
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/b']?.provenance, 'created')
})

test('what somebody else made meanwhile is not ours because we were about to', async () => {
  const things = new Things()
  things.wanted = [{ name: 'a', value: '1' }]
  const store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))
  const first = await openJournal(store.folder, 'a-run')
  await first.append({ type: 'step', at: '', address: 'thing/a', action: 'create' })
  await first.append({
    type: 'failed',
    at: '',
    address: 'thing/a',
    seconds: 0,
    problems: [{ ...problem('late'), code: 'thing/changed-meanwhile' }],
  })
  await first.append({ type: 'end', at: '', result: 'failed', seconds: 0 })
  await first.close()
  things.live.set('thing/a', '1')
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/a']?.provenance, 'adopted')
})

test.run()
