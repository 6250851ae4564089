import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { listAt, mapAt, numberAt, textAt, textsAt } from '../../../src/values/unstructured.ts'

const pod = { metadata: { name: 'a', labels: { app: 'x', n: 1 } }, spec: { replicas: 2, containers: [{ name: 'c' }, 'text'] } }

test('fields are read at a path', () => {
  assert.is(textAt(pod, 'metadata', 'name'), 'a')
  assert.is(numberAt(pod, 'spec', 'replicas'), 2)
  assert.equal(mapAt(pod, 'metadata', 'labels'), { app: 'x', n: 1 })
  assert.equal(textsAt(pod, 'metadata', 'labels'), { app: 'x', n: '1' })
  assert.equal(listAt(pod, 'spec', 'containers'), [{ name: 'c' }], 'only maps')
})

test('what is missing, or of another type, is empty', () => {
  for (const object of [undefined, null, 'text', [], {}, { metadata: 7 }]) {
    assert.is(textAt(object, 'metadata', 'name'), '')
    assert.is(numberAt(object, 'metadata', 'generation'), undefined)
    assert.equal(mapAt(object, 'metadata', 'labels'), {})
    assert.equal(listAt(object, 'metadata'), [])
  }
  assert.equal(mapAt({}, 'constructor'), {}, 'an inherited property is no field')
})

test.run()
