import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cachedView } from '../../../src/reconcile/cachedView.ts'
import { present } from '../../../src/values/readResult.ts'
import type { View } from '../../../src/world/ports.ts'

test('pods are asked for once in a look, and everything else goes through', async () => {
  const asked: string[] = []
  const told =
    (name: string) =>
    async (...args: readonly unknown[]) => {
      asked.push([name, ...args].join(' '))
      return present(name)
    }
  const names = ['identity', 'namespace', 'secret', 'deployments', 'pods', 'objects', 'release']
  const view = { cluster: Object.fromEntries(names.map((name) => [name, told(name)])) } as unknown as View
  const { cluster } = cachedView(view)
  await Promise.all([cluster.pods('a'), cluster.pods('a'), cluster.pods('b')])
  await cluster.identity()
  await cluster.namespace('n')
  await cluster.secret('n', 's')
  await cluster.deployments('n')
  await cluster.objects({ apiVersion: 'v1', kind: 'K' }, 'n', ['x', 'y'])
  await cluster.release('n', 'r')
  assert.equal(asked, [
    'pods a',
    'pods b',
    'identity',
    'namespace n',
    'secret n s',
    'deployments n',
    'objects [object Object] n x,y',
    'release n r',
  ])
})

test.run()
