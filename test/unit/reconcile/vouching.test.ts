import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { FactMap } from '../../../src/values/json.ts'
import { applied, Things } from './things.ts'

/** Things of which more is known than their facts: how often that was asked for. */
function counting(): Things {
  const things = new Things()
  things.wanted = [{ name: 'a', value: '1' }]
  let times = 0
  Object.assign(things.kind, { bookkeep: async (): Promise<FactMap> => ({ times: ++times }) })
  return things
}

test('what is known to be good is asked at the end of an apply and remembered', async () => {
  const things = counting()
  const first = await applied(things)
  assert.equal(first.state.resources['thing/a']?.bookkeeping, { times: 1 })
  const second = await applied(things, first.store)
  assert.equal(second.state.resources['thing/a']?.bookkeeping, { times: 2 })
})

test('an apply that did not bring all to its end vouches for nothing', async () => {
  const things = counting()
  things.wanted = [...things.wanted, { name: 'b', value: '1' }]
  things.broken.add('thing/b')
  assert.is((await applied(things)).state.resources['thing/a']?.bookkeeping, undefined)
})

test('a state with anything else there is told', async () => {
  const { parseState } = await import('../../../src/state/state.ts')
  const { state } = await applied(counting())
  assert.ok('state' in parseState(JSON.stringify(state), 'f'))
  for (const bookkeeping of [7, 'x', null, []]) {
    const resources = { 'thing/a': { ...state.resources['thing/a'], bookkeeping } }
    assert.ok('problem' in parseState(JSON.stringify({ ...state, resources }), 'f'), JSON.stringify(bookkeeping))
  }
})

test.run()
