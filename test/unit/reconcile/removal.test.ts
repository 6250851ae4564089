import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RemovalPolicy } from '../../../src/kinds/kind.ts'
import { counts } from '../../../src/plan/plan.ts'
import { parseHistory } from '../../../src/state/journal.ts'
import { applied, plan, Things } from './things.ts'

const REMOVE: RemovalPolicy = { created: 'remove', adopted: 'forget' }
const REFUSE: RemovalPolicy = { created: 'refuse', adopted: 'refuse' }
const MAKE_WAY: RemovalPolicy = { created: 'remove', adopted: 'refuse', removeFirst: true }

/** Things that were applied, before the file changes. */
async function settled(wanted: Things['wanted'], found: readonly string[] = []) {
  const things = new Things()
  for (const name of found) things.live.set(`thing/${name}`, '1')
  things.wanted = wanted
  const { store, state } = await applied(things)
  things.written.length = 0
  return { things, store, state }
}

const one = (name: string, removalPolicy?: RemovalPolicy, ...after: string[]) => ({
  name,
  value: '1',
  after,
  ...(removalPolicy && { removalPolicy }),
})
const actions = ({ plan: made }: Awaited<ReturnType<typeof plan>>) =>
  made.changes.map((it) => `${it.action} ${it.address.slice('thing/'.length)}`)

test('what we made and the file dropped is removed, journalled and forgotten', async () => {
  const { things, store, state } = await settled([one('kept'), one('extra', REMOVE)])
  things.wanted = [one('kept')]
  const planned = await plan(things, state)
  assert.equal([actions(planned), counts(planned.plan).destroy], [['remove extra', 'keep kept'], 1])
  const after = await applied(things, store)
  assert.equal([things.written, Object.keys(after.state.resources)], [['-thing/extra'], ['thing/kept']])
  const records = parseHistory(readFileSync(after.history, 'utf8'))
  assert.equal(
    records.filter((it) => it.type === 'step' || it.type === 'done').map((it) => `${it.type} ${it.address}`),
    ['step thing/extra', 'done thing/extra'],
  )
  assert.equal(actions(await plan(things, after.state)), ['keep kept'])
})

test('what was there before us is forgotten, and what is gone already too', async () => {
  const { things, store, state } = await settled([one('found', REMOVE), one('gone', REMOVE)], ['found'])
  things.live.delete('thing/gone')
  things.wanted = []
  assert.equal(actions(await plan(things, state)), ['forget found', 'forget gone'])
  const after = await applied(things, store)
  assert.equal([things.written, Object.keys(after.state.resources), things.live.get('thing/found')], [[], [], '1'])
})

test('what cannot be looked at is not removed, and that is said', async () => {
  const { things, state } = await settled([one('extra', REMOVE)])
  things.wanted = []
  things.hidden.add('thing/extra')
  const { plan: made, steps } = await plan(things, state)
  assert.equal([made.changes[0]?.action, made.problems[0]?.summary, steps.size], ['blocked', 'the server is away', 0])
})

test('what holds something stays, hinders nothing else, is said each time, and goes once it can', async () => {
  const { things, store, state } = await settled([one('extra', REMOVE), one('other')])
  things.wanted = [{ name: 'other', value: '2' }]
  things.precious.add('thing/extra')
  const planned = await plan(things, state)
  assert.equal([actions(planned), planned.plan.problems], [['keep extra', 'update other'], []])
  assert.equal(
    planned.plan.findings.map(({ address, summary }) => [address, summary]),
    [['thing/extra', 'thing/extra is not empty']],
  )
  const after = await applied(things, store)
  assert.equal([things.written, after.state.resources['thing/extra']], [['thing/other'], state.resources['thing/extra']])
  things.precious.clear()
  assert.equal(actions(await plan(things, after.state)), ['remove extra', 'keep other'])
})

test('what the file must not drop is refused, in a partial plan too', async () => {
  const { things, state } = await settled([one('data', REFUSE), one('other')])
  things.wanted = [one('other')]
  for (const selection of [undefined, { target: ['thing/other'], exclude: [] }]) {
    const { plan: made } = await plan(things, state, selection)
    assert.equal([made.problems[0]?.code, made.changes.map((it) => it.action)], ['plan/renamed', ['keep']])
  }
})

test('removal comes after what stood on it, changed or removed itself', async () => {
  const { things, store } = await settled([one('base', REMOVE), one('middle', REMOVE, 'base'), one('top', undefined, 'middle')])
  things.wanted = [{ name: 'top', value: '2' }]
  await applied(things, store)
  assert.equal(things.written, ['thing/top', '-thing/middle', '-thing/base'])
})

test('nothing is removed whose reader could not be changed', async () => {
  const { things, store } = await settled([one('base', REMOVE), one('top', undefined, 'base')])
  things.wanted = [{ name: 'top', value: '2' }]
  things.broken.add('thing/top')
  const { result, state } = await applied(things, store)
  assert.equal([things.written, result.failed, result.skipped], [[], ['thing/top'], ['thing/base']])
  assert.is(state.resources['thing/base']?.provenance, 'created')
})

test('what makes way is removed before another of its kind is made; if it cannot be, nothing is made', async () => {
  const { things, store, state } = await settled([one('z-old', MAKE_WAY)])
  things.wanted = [one('new', MAKE_WAY)]
  things.broken.add('thing/z-old')
  const failed = await applied(things, store)
  assert.equal([things.written, failed.result.skipped], [[], ['thing/new']])
  things.hidden.add('thing/z-old')
  assert.equal(actions(await plan(things, state)), ['blocked z-old', 'blocked new'])
  things.broken.clear()
  things.hidden.clear()
  const { state: after } = await applied(things, store)
  assert.equal([things.written, Object.keys(after.resources)], [['-thing/z-old', 'thing/new'], ['thing/new']])
  assert.equal(after.resources['thing/new']?.after, [], 'that it waited once is nothing to remember')
})

test('what makes way is refused when it was there before us', async () => {
  const { things, state } = await settled([one('old', MAKE_WAY)], ['old'])
  things.wanted = [one('new', MAKE_WAY)]
  assert.is((await plan(things, state)).plan.problems[0]?.code, 'plan/renamed')
})

test('a partial plan removes what it names with what stood on it, and nothing else', async () => {
  const { things, state } = await settled([one('a', REMOVE), one('b', REMOVE), one('top', undefined, 'a'), one('else')])
  things.wanted = [{ name: 'top', value: '2' }, one('else')]
  assert.equal(actions(await plan(things, state, { target: ['thing/a'], exclude: [] })), ['update top', 'remove a'])
  assert.equal(actions(await plan(things, state, { target: ['thing/top'], exclude: [] })), ['update top'])
  assert.equal(actions(await plan(things, state, { target: [], exclude: ['thing/a'] })), ['remove b', 'keep else', 'update top'])
})

test('a partial plan never takes away what makes way without putting another in its place', async () => {
  const { things, state } = await settled([one('old', MAKE_WAY, 'a'), one('a', REMOVE)])
  things.wanted = [one('new', MAKE_WAY)]
  const chosen = async (target: string[], exclude: string[]) => actions(await plan(things, state, { target, exclude })).sort()
  assert.equal(await chosen(['thing/a'], []), ['create new', 'remove a', 'remove old'])
  assert.equal(await chosen([], ['thing/new']), [])
  assert.equal(await chosen([], ['thing/a']), ['create new', 'remove old'])
})

test('a state that was written before resources said what their absence means is read as it was then', async () => {
  const { things, state } = await settled([one('extra', REMOVE)])
  const { removalPolicy: _, ...old } = state.resources['thing/extra'] as (typeof state.resources)[string]
  things.wanted = []
  assert.equal(actions(await plan(things, { ...state, resources: { 'thing/extra': old } })), ['forget extra'])
})

test('a record that was edited into nonsense is told by its address, never guessed at', async () => {
  const { things, state } = await settled([one('a'), one('b')])
  const edited = { ...(state.resources['thing/a'] as (typeof state.resources)[string]), facts: { value: 7 } }
  const { plan: made } = await plan(things, { ...state, resources: { ...state.resources, 'thing/a': edited } })
  assert.equal(
    made.problems.map(({ summary }) => summary.includes('thing/a')),
    [true],
  )
})

test('a resource of a kind that this version does not know is a problem, not forgotten', async () => {
  const { things, state } = await settled([one('extra', REMOVE)])
  const resources = { 'gadget/x': state.resources['thing/extra'] as (typeof state.resources)[string] }
  assert.is((await plan(things, { ...state, resources })).plan.problems[0]?.code, 'state/unknown-kind')
})

test.run()
