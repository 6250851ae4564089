import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RemovalPolicy } from '../../../src/kinds/kind.ts'
import { counts } from '../../../src/plan/plan.ts'
import { parseHistory } from '../../../src/state/history.ts'
import { applied, plan, Things } from './fakeKind.ts'

const REMOVE: RemovalPolicy = { created: 'remove', adopted: 'forget' }
const REFUSE: RemovalPolicy = { created: 'refuse', adopted: 'refuse' }
const REMOVE_FIRST: RemovalPolicy = { created: 'remove', adopted: 'refuse', removeFirst: true }

/** Things that were applied, before the file changes. */
async function settled(declared: Things['declared'], existing: readonly string[] = []) {
  const things = new Things()
  for (const name of existing) things.live.set(`thing/${name}`, '1')
  things.declared = declared
  const { store, state } = await applied(things)
  things.written.length = 0
  return { things, store, state }
}

const declare = (name: string, removalPolicy?: RemovalPolicy, ...after: string[]) => ({
  name,
  value: '1',
  after,
  ...(removalPolicy && { removalPolicy }),
})
const actions = ({ plan: planned }: Awaited<ReturnType<typeof plan>>) =>
  planned.changes.map(({ action, address }) => `${action} ${address.slice('thing/'.length)}`)

test('a created resource that the file drops is removed, journaled and forgotten', async () => {
  const { things, store, state } = await settled([declare('kept'), declare('extra', REMOVE)])
  things.declared = [declare('kept')]
  const planned = await plan(things, state)
  assert.equal([actions(planned), counts(planned.plan).destroy], [['remove extra', 'keep kept'], 1])
  const after = await applied(things, store)
  assert.equal([things.written, Object.keys(after.state.resources)], [['-thing/extra'], ['thing/kept']])
  const records = parseHistory(readFileSync(after.history, 'utf8'))
  assert.equal(
    records.filter((record) => record.type === 'step' || record.type === 'done').map((record) => `${record.type} ${record.address}`),
    ['step thing/extra', 'done thing/extra'],
  )
  assert.equal(actions(await plan(things, after.state)), ['keep kept'])
})

test('an adopted resource is forgotten, and so is one that is already absent', async () => {
  const { things, store, state } = await settled([declare('adopted', REMOVE), declare('absent', REMOVE)], ['adopted'])
  things.live.delete('thing/absent')
  things.declared = []
  assert.equal(actions(await plan(things, state)), ['forget absent', 'forget adopted'])
  const after = await applied(things, store)
  assert.equal([things.written, Object.keys(after.state.resources), things.live.get('thing/adopted')], [[], [], '1'])
})

test('a resource that cannot be read is not removed, and the plan shows that', async () => {
  const { things, state } = await settled([declare('extra', REMOVE)])
  things.declared = []
  things.unreadable.add('thing/extra')
  const { plan: planned, steps } = await plan(things, state)
  assert.equal([planned.changes[0]?.action, planned.problems[0]?.summary, steps.size], ['blocked', 'the server is down', 0])
})

test('a declined removal blocks nothing else, is reported in every plan, and happens once it is possible', async () => {
  const { things, store, state } = await settled([declare('extra', REMOVE), declare('other')])
  things.declared = [{ name: 'other', value: '2' }]
  things.declined.add('thing/extra')
  const planned = await plan(things, state)
  assert.equal([actions(planned), planned.plan.problems], [['keep extra', 'update other'], []])
  assert.equal(
    planned.plan.findings.map(({ address, summary }) => [address, summary]),
    [['thing/extra', 'thing/extra is not empty']],
  )
  const after = await applied(things, store)
  assert.equal([things.written, after.state.resources['thing/extra']], [['thing/other'], state.resources['thing/extra']])
  things.declined.clear()
  assert.equal(actions(await plan(things, after.state)), ['remove extra', 'keep other'])
})

test('dropping a resource that holds data is refused, in a partial plan too', async () => {
  const { things, state } = await settled([declare('data', REFUSE), declare('other')])
  things.declared = [declare('other')]
  for (const selection of [undefined, { target: ['thing/other'], exclude: [] }]) {
    const { plan: planned } = await plan(things, state, selection)
    assert.equal([planned.problems[0]?.code, planned.changes.map(({ action }) => action)], ['plan/renamed', ['keep']])
  }
})

test('a removal comes after the dependents of the resource, whether they change or are removed', async () => {
  const { things, store } = await settled([declare('base', REMOVE), declare('middle', REMOVE, 'base'), declare('top', undefined, 'middle')])
  things.declared = [{ name: 'top', value: '2' }]
  await applied(things, store)
  assert.equal(things.written, ['thing/top', '-thing/middle', '-thing/base'])
})

test('no resource is removed whose reader could not be changed', async () => {
  const { things, store } = await settled([declare('base', REMOVE), declare('top', undefined, 'base')])
  things.declared = [{ name: 'top', value: '2' }]
  things.failing.add('thing/top')
  const { result, state } = await applied(things, store)
  assert.equal([things.written, result.failed, result.skipped], [[], ['thing/top'], ['thing/base']])
  assert.is(state.resources['thing/base']?.provenance, 'created')
})

test('a resource that is removed first goes before its replacement; if it cannot be removed, nothing is created', async () => {
  const { things, store, state } = await settled([declare('z-old', REMOVE_FIRST)])
  things.declared = [declare('new', REMOVE_FIRST)]
  things.failing.add('thing/z-old')
  const failed = await applied(things, store)
  assert.equal([things.written, failed.result.skipped], [[], ['thing/new']])
  things.unreadable.add('thing/z-old')
  assert.equal(actions(await plan(things, state)), ['blocked z-old', 'blocked new'])
  things.failing.clear()
  things.unreadable.clear()
  const { state: after } = await applied(things, store)
  assert.equal([things.written, Object.keys(after.resources)], [['-thing/z-old', 'thing/new'], ['thing/new']])
  assert.equal(after.resources['thing/new']?.after, [], 'that it waited for a removal is not recorded')
})

test('a replacement of an adopted resource is refused', async () => {
  const { things, state } = await settled([declare('old', REMOVE_FIRST)], ['old'])
  things.declared = [declare('new', REMOVE_FIRST)]
  assert.is((await plan(things, state)).plan.problems[0]?.code, 'plan/renamed')
})

test('a partial plan removes its targets with their dependents, and nothing else', async () => {
  const { things, state } = await settled([declare('a', REMOVE), declare('b', REMOVE), declare('top', undefined, 'a'), declare('else')])
  things.declared = [{ name: 'top', value: '2' }, declare('else')]
  assert.equal(actions(await plan(things, state, { target: ['thing/a'], exclude: [] })), ['update top', 'remove a'])
  assert.equal(actions(await plan(things, state, { target: ['thing/top'], exclude: [] })), ['update top'])
  assert.equal(actions(await plan(things, state, { target: [], exclude: ['thing/a'] })), ['remove b', 'keep else', 'update top'])
})

test('a partial plan never removes a resource without its replacement', async () => {
  const { things, state } = await settled([declare('old', REMOVE_FIRST, 'a'), declare('a', REMOVE)])
  things.declared = [declare('new', REMOVE_FIRST)]
  const selected = async (target: string[], exclude: string[]) => actions(await plan(things, state, { target, exclude })).sort()
  assert.equal(await selected(['thing/a'], []), ['create new', 'remove a', 'remove old'])
  assert.equal(await selected([], ['thing/new']), [])
  assert.equal(await selected([], ['thing/a']), ['create new', 'remove old'])
})

test('a state without removal policies is read as before', async () => {
  const { things, state } = await settled([declare('extra', REMOVE)])
  const { removalPolicy: _, ...old } = state.resources['thing/extra'] as (typeof state.resources)[string]
  things.declared = []
  assert.equal(actions(await plan(things, { ...state, resources: { 'thing/extra': old } })), ['forget extra'])
})

test('an unreadable record is reported with its address, and its contents are never guessed', async () => {
  const { things, state } = await settled([declare('a'), declare('b')])
  const edited = { ...(state.resources['thing/a'] as (typeof state.resources)[string]), facts: { value: 7 } }
  const { plan: planned } = await plan(things, { ...state, resources: { ...state.resources, 'thing/a': edited } })
  assert.equal(
    planned.problems.map(({ summary }) => summary.includes('thing/a')),
    [true],
  )
})

test('a resource of a kind that this version does not know is a problem, not forgotten', async () => {
  const { things, state } = await settled([declare('extra', REMOVE)])
  const resources = { 'gadget/x': state.resources['thing/extra'] as (typeof state.resources)[string] }
  assert.is((await plan(things, { ...state, resources })).plan.problems[0]?.code, 'state/unknown-kind')
})

test.run()
