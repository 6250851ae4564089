import { mkdir } from 'node:fs/promises'
import { matches, nth } from '../../../../scripts/lab/index.ts'
import { layout } from '../../../../scripts/lab/layout.ts'
import { acceptance } from '../../support/acceptance.ts'
import { LabInstallation } from '../../support/installation.ts'
import { runOk } from '../../support/run.ts'
import { DirectPush, expectPushed, imageArchive } from './imagePush.ts'
import type { PushResult } from './push.ts'

const test = acceptance('pushes to registries that refuse, fail or return wrong digests', async () => {
  const resources = new AsyncDisposableStack()
  const { lab } = resources.use(await LabInstallation.open({ registries: ['plain', 'token'] }))
  const archive = await imageArchive(lab)
  const basic = resources.use(await DirectPush.to(lab, 'registry', archive))
  const token = resources.use(await DirectPush.to(lab, 'token-registry', archive))
  const plain = resources.use(await DirectPush.to(lab, 'plain-registry', archive))
  return { lab, basic, token, plain, [Symbol.asyncDispose]: () => resources.disposeAsync() }
})

for (const name of ['basic', 'token', 'plain'] as const) {
  const register = name === 'token' ? test : test.full
  register(`a wrong password for the ${name} registry: a clear problem`, async ({ [name]: image }) =>
    expectProblem(await image.push('refused/password', undefined, { password: 'wrong' }), 'registry/wrong-password'),
  )
}

/** The token server promises minutes; the registry accepts the token for a second, and the first blob starts later. */
test.full('a token that expires during the push is renewed', async ({ lab, token: image }) => {
  const { proxy } = image
  proxy.reset()
  await lab.tokenLife({ announced: 300, actual: 1 })
  proxy.faults = nth(1, matches('PUT', /uploads/), { do: 'delay', ms: 2500 })
  expectPushed(await image.push('refused/expired'))
  await lab.tokenLife({})
  const refused = proxy.requests.filter(({ method, status }) => method === 'PUT' && status === 401)
  if (refused.length === 0) throw new Error('no token expired')
  return `${refused.length} of ${proxy.requests.length} requests had an expired token`
})

test.full('a full disk of the registry: a clear problem, and the next push sends the rest', async ({ lab, plain: image }) => {
  const data = layout(lab.dir).data('plain-registry')
  await mkdir(data, { recursive: true })
  // A real file system that is really full. Only root may mount one.
  await runOk(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', data])
  try {
    const problem = expectProblem(await image.push('refused/disk'), 'registry/disk-full')
    await runOk(['mount', '-o', 'remount,size=64m', data])
    expectPushed(await image.push('refused/disk'))
    return problem
  } finally {
    await runOk(['umount', data])
  }
})

test('429 with Retry-After: the push waits and continues', async ({ basic: image }) => {
  const { proxy } = image
  proxy.reset()
  proxy.faults = nth(2, matches('PUT', /uploads/), { do: 'respond', status: 429, headers: { 'retry-after': '2' } })
  const { seconds } = expectPushed(await image.push('refused/busy'))
  if (!proxy.requests.some(({ fault }) => fault)) throw new Error('the registry never returned 429')
  if (seconds < 2) throw new Error(`it continued after ${seconds} s`)
  return `${seconds.toFixed(1)} s`
})

test.full('429 with a Retry-After of an hour: a clear problem', async ({ basic: image }) => {
  image.proxy.reset()
  image.proxy.faults = ({ method }) => (method === 'POST' ? { do: 'respond', status: 429, headers: { 'retry-after': '3600' } } : undefined)
  return expectProblem(await image.push('refused/hour'), 'registry/too-many-requests')
})

test.full('a registry that returns a wrong digest for what it accepted: a clear problem', async ({ basic: image }) => {
  image.proxy.reset()
  const headers = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }
  image.proxy.faults = nth(1, matches('PUT', /manifests/), { do: 'change', headers })
  return expectProblem(await image.push('refused/digest'), 'registry/wrong-digest')
})

test.run()

function expectProblem(result: PushResult | undefined, code: string): string {
  if (!result || !('code' in result) || result.code !== code) throw new Error(`expected ${code}, found ${JSON.stringify(result)}`)
  if (result.remedy === '') throw new Error('the problem has no remedy')
  return result.summary
}
