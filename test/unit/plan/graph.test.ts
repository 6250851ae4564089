import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dependents, type Node, topologicalOrder } from '../../../src/plan/graph.ts'
import { address } from '../../../src/values/address.ts'

const node = (name: string, ...after: string[]): Node => ({
  address: address('thing', name),
  after: after.map((one) => address('thing', one)),
})
const names = (nodes: readonly Node[]) => nodes.map((one) => one.address.slice('thing/'.length)).join(' ')

test('each node comes after its dependencies, ties by address, whatever the input order', () => {
  assert.is(names(topologicalOrder([node('z'), node('a', 'z'), node('b'), node('c', 'b', 'b')])), 'b z a c')
  assert.is(names(topologicalOrder([node('c', 'b', 'b'), node('b'), node('a', 'z'), node('z')])), 'b z a c')
})

test('a dependency that is not among the nodes is ignored', () =>
  assert.is(names(topologicalOrder([node('b', 'elsewhere'), node('a')])), 'a b'))

test('a cycle throws an error that names its nodes', () => {
  assert.throws(() => topologicalOrder([node('a'), node('b', 'c', 'a'), node('c', 'b')]), /thing\/b, thing\/c/)
})

test('each dependent is listed once', () => {
  const all = dependents([node('a'), node('b', 'a', 'a'), node('c', 'a', 'b')])
  assert.equal([names(all.get(address('thing', 'a')) ?? []), names(all.get(address('thing', 'b')) ?? [])], ['b c', 'c'])
})

test('any graph without cycles is ordered completely', () => {
  const graph = fc
    .array(fc.array(fc.nat(30), { maxLength: 5 }), { maxLength: 30 })
    .map((rows) => rows.map((row, i) => node(`n${i}`, ...row.filter((other) => other < i).map((other) => `n${other}`))))
  fc.assert(
    fc.property(graph, fc.integer(), (nodes, seed) => {
      const shuffled = [...nodes].sort((a, b) => hash(a.address, seed) - hash(b.address, seed))
      const ordered = topologicalOrder(shuffled)
      assert.is(ordered.length, nodes.length)
      const place = new Map(ordered.map((one, i) => [one.address, i]))
      for (const one of ordered) for (const other of one.after) assert.ok((place.get(other) ?? 0) < (place.get(one.address) ?? 0))
      assert.is(names(topologicalOrder(nodes)), names(ordered))
    }),
  )
})

function hash(text: string, seed: number): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, seed)
}

test.run()
