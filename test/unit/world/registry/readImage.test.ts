import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReadResult } from '../../../../src/values/readResult.ts'
import type { LiveImage } from '../../../../src/world/ports/registry.ts'
import { digestOf, error, type Handler, json, Loopback, manifest, open } from './fake.ts'

/** What a tag is said to be by a registry that answers so; the path is asked for each time. */
async function read(handler: Handler): Promise<ReadResult<LiveImage> & { requests: string[] }> {
  const server = await Loopback.start(() => handler)
  const registries = open(server.host)
  try {
    const found = await registries.image({ host: server.host, path: 'a/b' }, 'v1')
    assert.not.match(JSON.stringify(found), 'hunter2')
    return { ...found, requests: server.requests }
  } finally {
    registries.close()
    server.close()
  }
}

const outcome = (it: ReadResult<LiveImage>): string =>
  it.is === 'unknown' ? it.why.code : it.is === 'absent' ? `absent ${it.provedBy}` : it.value.configDigest

test('all four manifest types are accepted', async () => {
  let accept: string | undefined
  await read((request, response) => {
    accept = request.headers.accept
    response.end(manifest)
  })
  assert.is(accept?.split(', ').length, 4)
})

test('a tag is its manifest’s digest and its config’s', async () => {
  const found = await read((_, response) => response.writeHead(200, { 'docker-content-digest': digestOf(manifest) }).end(manifest))
  assert.equal(found.is === 'present' && found.value, {
    manifestDigest: digestOf(manifest),
    imageDigest: digestOf(manifest),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    configDigest: `sha256:${'c'.repeat(64)}`,
  })
})

test('absent is only what a registry says in its own words', async () => {
  assert.is(outcome(await read((_, r) => error(r, 404, 'MANIFEST_UNKNOWN'))), 'absent MANIFEST_UNKNOWN')
  assert.is(outcome(await read((_, r) => error(r, 404, 'NAME_UNKNOWN'))), 'absent NAME_UNKNOWN')
  assert.is(outcome(await read((_, r) => error(r, 404, 'BLOB_UNKNOWN'))), 'registry/unexpected-answer')
  assert.is(outcome(await read((_, r) => error(r, 400, 'MANIFEST_UNKNOWN'))), 'registry/unexpected-answer')
  assert.is(outcome(await read((_, r) => r.writeHead(404).end('404 page not found'))), 'registry/unexpected-answer')
  assert.is(
    outcome(await read((_, r) => r.writeHead(404, { 'content-type': 'text/html' }).end('<html>MANIFEST_UNKNOWN'))),
    'registry/unexpected-answer',
  )
})

test('refusals, failures and nonsense are told apart', async () => {
  assert.is(
    outcome(await read((_, r) => error(r, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' }))),
    'registry/wrong-password',
  )
  assert.is(outcome(await read((_, r) => error(r, 403, 'DENIED'))), 'registry/denied')
  assert.is(outcome(await read((_, r) => r.writeHead(500).end('boom'))), 'registry/server-error')
  assert.is(outcome(await read((_, r) => r.end('<html>welcome</html>'))), 'registry/unreadable-manifest')
  assert.is(outcome(await read((_, r) => json(r, 200, { schemaVersion: 1, fsLayers: [] }))), 'registry/unreadable-manifest')
  assert.is(outcome(await read((_, r) => r.end('x'.repeat(9 * 1024 * 1024)))), 'registry/unreadable-manifest')
  assert.is(outcome(await read((q) => q.socket.destroy())), 'registry/broken-connection')
})

test('a digest that does not fit the content is a lie', async () => {
  const lie = await read((_, r) => r.writeHead(200, { 'docker-content-digest': digestOf('other') }).end(manifest))
  assert.is(outcome(lie), 'registry/wrong-digest')
})

test('a busy registry is asked again after the time it names; a long time is told instead', async () => {
  let times = 0
  const patient = await read((_, r) => (++times < 3 ? r.writeHead(429, { 'retry-after': '0' }).end() : r.end(manifest)))
  assert.is(patient.is, 'present')
  const busy = await read((_, r) => r.writeHead(429, { 'retry-after': '3600' }).end())
  assert.is(outcome(busy), 'registry/too-many-requests')
  assert.match(busy.is === 'unknown' ? busy.why.remedy : '', 'in 3600 seconds')
  assert.is(busy.requests.length, 1)
})

const index = (children: readonly unknown[]) => JSON.stringify({ schemaVersion: 2, manifests: children })
const row = (platform: string, digest = digestOf(manifest)) => {
  const [os, architecture] = platform.split('/')
  return { digest, platform: { os, architecture } }
}

test('of an index the image for our platform counts, attestations never', async () => {
  const serve = (children: readonly unknown[], content = manifest) =>
    read((q, r) => r.end(q.url?.endsWith('/v1') ? index(children) : content))
  assert.is(
    outcome(await serve([row('unknown/unknown', digestOf('x')), row('linux/arm64', digestOf('y')), row('linux/amd64')])),
    `sha256:${'c'.repeat(64)}`,
  )
  assert.is(outcome(await serve([row('linux/arm64')])), 'none for linux/amd64')
  assert.is(outcome(await serve([])), 'none for linux/amd64')
  assert.is(outcome(await serve([row('linux/amd64', digestOf('other'))])), 'registry/wrong-digest')
  const nested = index([row('linux/amd64')])
  assert.is(outcome(await serve([row('linux/amd64', digestOf(nested))], nested)), 'registry/unreadable-manifest')
})

test('redirects of a read are followed, not in circles', async () => {
  const found = await read((q, r) => (q.url === '/elsewhere' ? r.end(manifest) : r.writeHead(307, { location: '/elsewhere' }).end()))
  assert.is(found.is, 'present')
  assert.is(outcome(await read((q, r) => r.writeHead(307, { location: q.url ?? '' }).end())), 'registry/redirected')
})

/** What the config with this text's digest is said to be by a registry that answers so. */
async function content(handler: Handler, config: string): Promise<ReadResult<string>> {
  const server = await Loopback.start(() => handler)
  const registries = open(server.host)
  try {
    return await registries.content({ host: server.host, path: 'a/b' }, digestOf(config))
  } finally {
    registries.close()
    server.close()
  }
}

test('a config’s content is told only of the very blob that was asked for', async () => {
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } })
  const found = await content((request, response) => {
    assert.is(request.url, `/v2/a/b/blobs/${digestOf(config)}`)
    response.end(config)
  }, config)
  assert.match(found.is === 'present' ? found.value : found.is, /^sha256:[0-9a-f]{64}$/)
  const is = async (handler: Handler, asked = config) => {
    const read = await content(handler, asked)
    return read.is === 'unknown' ? read.why.code : read.is
  }
  assert.is(await is((_, r) => r.end(`${config} `)), 'registry/wrong-digest')
  assert.is(await is((_, r) => r.end('{}'), '{}'), 'absent')
  assert.is(await is((_, r) => r.end('x'), 'x'), 'absent')
  assert.is(await is((_, r) => error(r, 404, 'BLOB_UNKNOWN')), 'absent')
  assert.is(await is((_, r) => r.writeHead(404).end('404 page not found')), 'registry/unexpected-answer')
  assert.is(await is((_, r) => r.writeHead(500).end('boom')), 'registry/server-error')
})

test.run()
