import { request } from 'node:https'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Fault, type FaultProxy, faultProxy, type Lab, matches, nth, startLab } from '../../scripts/lab/index.ts'
import { inLab } from './support.ts'

let lab: Lab
let registry: FaultProxy

test.before(async () => {
  lab = await startLab()
  registry = await faultProxy(lab, 'registry')
})

test.after(async () => {
  await registry?.close()
  await lab?.stop()
})

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string }

/** One request of the registry through the proxy; a broken connection is answered with its error's code. */
function ask(method: string, path: string, body = ''): Promise<Answer | string> {
  const { username, password } = lab.description.registry
  return new Promise((resolve) => {
    const options = {
      method,
      auth: `${username}:${password}`,
      rejectUnauthorized: false,
      agent: false,
      headers: { 'content-length': body.length },
    }
    const sent = request(`${registry.url}${path}`, options, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end(body)
  })
}

/** What a request meets when this happens to it. */
async function under(fault: Fault, method: string, path: string, body?: string): Promise<Answer | string> {
  registry.reset()
  registry.faults = () => fault
  const answer = await ask(method, path, body)
  registry.faults = () => undefined
  return answer
}

test('without faults real clients notice nothing: skopeo, mc and kubectl', async () => {
  await using minio = await faultProxy(lab, 'minio')
  await using apiserver = await faultProxy(lab, 'apiserver')
  await inLab(
    lab,
    `cd "$(mktemp -d)" && tar -xzf "$LAB_DIR"/install/self-hosted-v3.0.0.tar.gz
     skopeo copy --quiet --dest-creds "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" docker-archive:$(echo */container-images/spacelift-backend.tar) docker://${registry.host}/a/b:v1
     MC_HOST_proxy="https://$MINIO_ACCESS_KEY:$MINIO_SECRET_KEY@${minio.host}" mc mb proxy/through-a-proxy
     kubectl --server ${apiserver.url} --certificate-authority $MINIO_CA create namespace through-a-proxy
     skopeo copy --quiet docker://$REGISTRY/a/b:v1 dir:$PWD/pulled; mc ls lab/through-a-proxy; kubectl get namespace through-a-proxy`,
  )
  assert.ok(registry.sentBytes > 1_000_000)
  assert.ok(minio.requests.some(({ method, status }) => method === 'PUT' && status === 200))
  assert.ok(apiserver.requests.some(({ method, status }) => method === 'POST' && status === 201))
})

test('a cut before the server hears of it leaves nothing, one after it leaves what was asked', async () => {
  const manifest = { path: '/v2/a/b/tags/list' }
  assert.is(await under({ do: 'cutBefore' }, 'GET', manifest.path), 'ECONNRESET')
  assert.is(registry.requests[0]?.status, undefined)
  assert.is(await under({ do: 'cutAfter' }, 'POST', '/v2/a/b/blobs/uploads/'), 'ECONNRESET')
  assert.is(registry.requests[0]?.status, 202)
})

test('a body that is cut reaches the server so far and no further', async () => {
  const begun = (await ask('POST', '/v2/a/b/blobs/uploads/')) as Answer
  const { pathname, search } = new URL(String(begun.headers.location))
  assert.is(await under({ do: 'cutRequest', afterBytes: 1000 }, 'PATCH', pathname + search, 'x'.repeat(300_000)), 'ECONNRESET')
  assert.is(registry.sentBytes, 1000)
  assert.is(registry.requests[0]?.status, undefined)
})

test('a number of bytes cuts every connection, once', async () => {
  registry.reset()
  registry.cutAfterBytes(500)
  const begin = async () => new URL(String(((await ask('POST', '/v2/a/b/blobs/uploads/')) as Answer).headers.location))
  const [one, two] = [await begin(), await begin()]
  assert.is(await ask('PATCH', one.pathname + one.search, 'x'.repeat(2000)), 'ECONNRESET')
  assert.is(registry.sentBytes, 500)
  assert.is(((await ask('PATCH', two.pathname + two.search, 'x'.repeat(2000))) as Answer).status, 202)
})

test('answers are torn, changed or made up', async () => {
  const path = '/v2/a/b/tags/list'
  assert.is(await under({ do: 'cutResponse', afterBytes: 5 }, 'GET', path), 'ECONNRESET')
  const busy = await under({ do: 'respond', status: 429, headers: { 'retry-after': '7' }, body: 'busy' }, 'GET', path)
  assert.is((busy as Answer).status, 429)
  assert.is((busy as Answer).headers['retry-after'], '7')
  assert.is(registry.requests[0]?.status, undefined)
  const lie = {
    do: 'change',
    headers: { 'x-lie': 'yes', 'docker-distribution-api-version': undefined },
    body: () => Buffer.from('{}'),
  } as const
  const changed = (await under(lie, 'GET', path)) as Answer
  assert.equal([changed.status, changed.body, changed.headers['x-lie']], [200, '{}', 'yes'])
  assert.is(changed.headers['docker-distribution-api-version'], undefined)
})

test('a delay is one, and the n-th of a kind meets its fault alone', async () => {
  registry.reset()
  registry.faults = nth(2, matches('GET', /tags/), { do: 'respond', status: 503 })
  const statuses = []
  for (const path of ['/v2/', '/v2/a/b/tags/list', '/v2/a/b/tags/list', '/v2/a/b/tags/list'])
    statuses.push(((await ask('GET', path)) as Answer).status)
  assert.equal(statuses, [200, 200, 503, 200])
  const started = performance.now()
  await under({ do: 'delay', ms: 300 }, 'GET', '/v2/')
  assert.ok(performance.now() - started > 290)
})

test.run()
