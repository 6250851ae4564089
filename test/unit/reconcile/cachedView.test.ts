import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { cachedView } from '../../../src/reconcile/cachedView.ts'
import { present } from '../../../src/values/readResult.ts'
import type { View } from '../../../src/world/ports.ts'

test('pods are requested once per namespace, and every other read is passed through', async () => {
  const requests: string[] = []
  const recording =
    (name: string) =>
    async (...args: readonly unknown[]) => {
      requests.push([name, ...args].join(' '))
      return present(name)
    }
  const names = ['identity', 'namespace', 'secret', 'pods', 'objects', 'release']
  const view = { cluster: Object.fromEntries(names.map((name) => [name, recording(name)])) } as unknown as View
  const { cluster } = cachedView(view)
  await Promise.all([cluster.pods('a'), cluster.pods('a'), cluster.pods('b')])
  await cluster.identity()
  await cluster.namespace('n')
  await cluster.secret('n', 's')
  await cluster.objects({ apiVersion: 'v1', kind: 'K' }, 'n', ['x', 'y'])
  await cluster.release('n', 'r')
  assert.equal(requests, ['pods a', 'pods b', 'identity', 'namespace n', 'secret n s', 'objects [object Object] n x,y', 'release n r'])
})

test.run()
