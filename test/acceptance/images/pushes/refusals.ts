import { mkdir } from 'node:fs/promises'
import { asks, type Lab, nth } from '../../../../scripts/lab/index.ts'
import { layout } from '../../../../scripts/lab/layout.ts'
import type { Report } from '../../support/report.ts'
import { runOk } from '../../support/run.ts'
import type { PushResult } from './push.ts'
import { expectDone, Pushing } from './pushing.ts'

/** Registries that refuse, lie or run out of something. */
export async function refusals(report: Report, lab: Lab, archive: string): Promise<void> {
  await using basic = await Pushing.to(lab, 'registry', archive)
  await using token = await Pushing.to(lab, 'token-registry', archive)
  await using plain = await Pushing.to(lab, 'plain-registry', archive)
  for (const [name, pushing] of Object.entries({ basic, token, plain }))
    await report.line(`a wrong password, ${name} registry: a clear problem`, async () =>
      expectProblem(await pushing.push('refused/password', undefined, { password: 'wrong' }), 'registry/wrong-password'),
    )
  await report.line('a token that runs out in mid push is renewed', () => expiredToken(lab, token))
  await report.line('a full disk at the registry: a clear problem, and the next push sends the rest', () => fullDisk(lab, plain))
  await report.line('429 with Retry-After is waited for', () => busy(basic))
  await report.line('429 for an hour: a clear problem', async () => {
    basic.proxy.forget()
    basic.proxy.faults = (request) =>
      request.method === 'POST' ? { do: 'answer', status: 429, headers: { 'retry-after': '3600' } } : undefined
    return expectProblem(await basic.push('refused/hour'), 'registry/too-many-requests')
  })
  await report.line('a registry that lies about the digest of what it took: a clear problem', () => lie(basic))
}

function expectProblem(result: PushResult | undefined, code: string): string {
  if (!result || !('code' in result) || result.code !== code) throw new Error(`expected ${code}, found ${JSON.stringify(result)}`)
  if (result.remedy === '') throw new Error('it does not say what to do')
  return result.summary
}

/** The token is said to be good for minutes; the registry takes it for a second, and the first blob takes longer to begin. */
async function expiredToken(lab: Lab, pushing: Pushing): Promise<string> {
  const { proxy } = pushing
  proxy.forget()
  await lab.tokenLife({ said: 300, real: 1 })
  proxy.faults = nth(1, asks('PUT', /uploads/), { do: 'delay', ms: 2500 })
  expectDone(await pushing.push('refused/expired'))
  await lab.tokenLife({})
  const refused = proxy.requests.filter(({ method, status }) => method === 'PUT' && status === 401)
  if (refused.length === 0) throw new Error('no token ran out')
  return `${refused.length} of ${proxy.requests.length} requests came with a token that had run out`
}

async function fullDisk(lab: Lab, pushing: Pushing): Promise<string> {
  const data = layout(lab.dir).data('plain-registry')
  await mkdir(data, { recursive: true })
  // A real file system that is really full. Only root may mount one.
  await runOk(['mount', '-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', data])
  try {
    const told = expectProblem(await pushing.push('refused/disk'), 'registry/disk-full')
    await runOk(['mount', '-o', 'remount,size=64m', data])
    expectDone(await pushing.push('refused/disk'))
    return told
  } finally {
    await runOk(['umount', data])
  }
}

async function busy(pushing: Pushing): Promise<string> {
  const { proxy } = pushing
  proxy.forget()
  proxy.faults = nth(2, asks('PUT', /uploads/), { do: 'answer', status: 429, headers: { 'retry-after': '2' } })
  const { seconds } = expectDone(await pushing.push('refused/busy'))
  if (!proxy.requests.some(({ fault }) => fault)) throw new Error('the registry was never busy')
  if (seconds < 2) throw new Error(`it came back after ${seconds} s`)
  return `${seconds.toFixed(1)} s`
}

async function lie(pushing: Pushing): Promise<string> {
  const { proxy } = pushing
  proxy.forget()
  const headers = { 'docker-content-digest': `sha256:${'0'.repeat(64)}` }
  proxy.faults = nth(1, asks('PUT', /manifests/), { do: 'change', headers })
  return expectProblem(await pushing.push('refused/lie'), 'registry/wrong-digest')
}
