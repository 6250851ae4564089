import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { podTemplates, restartsBetween } from '../../../src/kinds/release/restarts.ts'
import { merge, valueFacts } from '../../../src/kinds/release/values.ts'

const deployment = (name: string, image: string, replicas = 3, label = 'x') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { a: ${label} } }
spec: { replicas: ${replicas}, template: { spec: { containers: [ { name: c, image: ${image} } ] } } }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }`

test('the Deployments whose pod template differs restart, with their pods; new ones and other fields do not count', async () => {
  const before = await podTemplates([deployment('server', 'a:1'), deployment('drain', 'a:1', 2), deployment('gone', 'a:1')].join('\n---\n'))
  const after = await podTemplates(
    [deployment('server', 'a:1', 5, 'y'), deployment('drain', 'a:2', 2), deployment('new', 'a:2')].join('\n---\n'),
  )
  assert.equal(restartsBetween(before, after), [{ workload: 'drain', pods: 2 }])
})

test('values as facts keep the order of lists, and tell null, empty and missing apart', () => {
  assert.equal(valueFacts({ list: ['a', { b: 1 }], none: [], map: {}, nil: null }), {
    list: { '[0]': 'a', '[1]': { b: 1 } },
    none: { '[]': true },
    map: {},
    nil: null,
  })
})

test('values merge map by map, as Helm merges them', () => {
  assert.equal(merge({ server: { a: 1, list: [1] } }, { server: { b: 2, list: [2] } }), { server: { a: 1, b: 2, list: [2] } })
})

test.run()
