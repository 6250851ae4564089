import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasChanges } from '../../../src/plan/plan.ts'
import { FileStore } from '../../../src/state/fileStore.ts'
import { openJournal } from '../../../src/state/journal.ts'
import { applied, plan, problem, Things } from './fakeKind.ts'

const chain = [
  { name: 'c', value: '1', after: ['b'] },
  { name: 'b', value: '1', after: ['a'] },
  { name: 'a', value: '1' },
  { name: 'alone', value: '1' },
]

test('missing resources are created in order, and the next plan is empty', async () => {
  const things = new Things()
  things.declared = chain
  const { state, result } = await applied(things)
  assert.is(result.done.length, 4)
  assert.ok(
    things.written.indexOf('thing/a') < things.written.indexOf('thing/b') &&
      things.written.indexOf('thing/b') < things.written.indexOf('thing/c'),
  )
  assert.is(hasChanges((await plan(things, state)).plan), false)
  assert.ok(Object.values(state.resources).every(({ provenance }) => provenance === 'created'))
})

test('without a state the plan of an applied installation stays empty, and the resources are adopted', async () => {
  const things = new Things()
  things.declared = chain
  const { state } = await applied(things)
  assert.is(hasChanges((await plan(things)).plan), false)
  const again = await applied(things)
  assert.ok(Object.values(again.state.resources).every(({ provenance }) => provenance === 'adopted'))
  assert.is(again.result.done.length, 0)
  assert.is(Object.keys(state.resources).length, 4)
})

test('a failed step stops only its dependents, also indirect ones', async () => {
  const things = new Things()
  things.declared = chain
  things.live.set('thing/b', '1')
  things.failing.add('thing/a')
  const { result } = await applied(things)
  assert.equal([result.failed, result.skipped, result.done], [['thing/a'], ['thing/c'], ['thing/alone']])
  assert.is(result.problems[0]?.summary, 'thing/a cannot be written')
})

test('accepted drift is neither repaired nor recorded; it is planned again when the acceptance expires', async () => {
  const things = new Things()
  things.declared = chain
  const { state, store } = await applied(things)
  things.live.set('thing/a', 'other')
  things.acceptances = [{ resource: 'thing/a', field: 'value', reason: 'ticket 4711', until: '2026-11-24' }]
  const { plan: planned } = await plan(things, state)
  assert.equal([hasChanges(planned), planned.changes[0]?.action], [false, 'accept'])
  assert.match(planned.findings[0]?.summary ?? '', /accepted until 2026-11-24: ticket 4711/)
  const again = await applied(things, store)
  assert.equal([things.live.get('thing/a'), again.state.resources['thing/a']], ['other', state.resources['thing/a']])
  things.acceptances = things.acceptances.map((acceptance) => ({ ...acceptance, until: '2026-11-23' }))
  assert.is((await plan(things, again.state)).plan.changes[0]?.action, 'repair')
})

test('accepted drift does not prevent a declared change of the resource', async () => {
  const things = new Things()
  things.declared = chain
  const { state } = await applied(things)
  things.live.set('thing/a', 'other')
  things.acceptances = [{ resource: 'thing/a', field: 'value', reason: 'ticket 4711', until: '2026-11-24' }]
  things.declared = chain.map((link) => (link.name === 'a' ? { ...link, value: '2' } : link))
  const { plan: planned } = await plan(things, state)
  assert.is(planned.changes[0]?.action, 'update')
  assert.match(planned.findings[0]?.summary ?? '', /value is accepted until 2026-11-24 \(ticket 4711\), and becomes as declared/)
})

test('a resource that cannot be read blocks its dependents, is reported once, and is never planned as missing', async () => {
  const things = new Things()
  things.declared = chain
  things.unreadable.add('thing/a').add('thing/alone')
  const { plan: planned, steps } = await plan(things)
  assert.equal(
    planned.changes.map((change) => [change.address, change.action]),
    [
      ['thing/a', 'blocked'],
      ['thing/alone', 'blocked'],
      ['thing/b', 'blocked'],
      ['thing/c', 'blocked'],
    ],
  )
  assert.is(steps.size, 0)
  assert.equal(
    planned.problems.map(({ summary }) => summary),
    ['the server is down'],
  )
})

test('drift is repaired, and distinguished from a change of the file', async () => {
  const things = new Things()
  things.declared = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1' },
    { name: 'deleted', value: '1' },
  ]
  const { store, state } = await applied(things)
  things.live.set('thing/a', 'changed by hand')
  things.live.delete('thing/deleted')
  things.declared = things.declared.map((declared) => (declared.name === 'b' ? { ...declared, value: '2' } : declared))
  const { plan: planned } = await plan(things, state)
  assert.equal(
    planned.changes.map((change) => [change.action, change.edits[0]?.cause]),
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

test('an apply that was killed after it journaled a create still proves the provenance', async () => {
  const things = new Things()
  things.declared = [{ name: 'a', value: '1' }]
  const store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))
  const killed = await openJournal(store.folder, 'a-killed-run')
  await killed.append({ type: 'step', at: '', address: 'thing/a', action: 'create' })
  await killed.close()
  things.live.set('thing/a', '1')
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/a']?.provenance, 'created')
})

test('a resource whose creation failed halfway is groundcrew’s, also after a later apply that did not reach it', async () => {
  const things = new Things()
  things.declared = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1', after: ['a'] },
  ]
  things.failingAfterWrite.add('thing/b')
  const { store } = await applied(things)
  things.live.set('thing/b', 'half')
  things.failingAfterWrite.clear()
  things.live.delete('thing/a')
  things.failing.add('thing/a')
  assert.equal((await applied(things, store)).result.skipped, ['thing/b'])
  things.failing.clear()
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/b']?.provenance, 'created')
})

test('a resource that another client created meanwhile is not groundcrew’s', async () => {
  const things = new Things()
  things.declared = [{ name: 'a', value: '1' }]
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
