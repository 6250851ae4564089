import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { FactMap } from '../../../src/values/json.ts'
import { applied, Things } from './fakeKind.ts'

/** Things whose bookkeeping is how often it was read. */
function counting(): Things {
  const things = new Things()
  things.declared = [{ name: 'a', value: '1' }]
  let times = 0
  Object.assign(things.kind, { bookkeep: async (): Promise<FactMap> => ({ times: ++times }) })
  return things
}

test('bookkeeping is read at the end of an apply and recorded', async () => {
  const things = counting()
  const first = await applied(things)
  assert.equal(first.state.resources['thing/a']?.bookkeeping, { times: 1 })
  const second = await applied(things, first.store)
  assert.equal(second.state.resources['thing/a']?.bookkeeping, { times: 2 })
})

test('an incomplete apply records no bookkeeping', async () => {
  const things = counting()
  things.declared = [...things.declared, { name: 'b', value: '1' }]
  things.failing.add('thing/b')
  assert.is((await applied(things)).state.resources['thing/a']?.bookkeeping, undefined)
})

test('a state with any other bookkeeping is reported', async () => {
  const { parseState } = await import('../../../src/state/state.ts')
  const { state } = await applied(counting())
  assert.ok('state' in parseState(JSON.stringify(state), 'f'))
  for (const bookkeeping of [7, 'x', null, []]) {
    const resources = { 'thing/a': { ...state.resources['thing/a'], bookkeeping } }
    assert.ok('problem' in parseState(JSON.stringify({ ...state, resources }), 'f'), JSON.stringify(bookkeeping))
  }
})

test.run()
