import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReadResult } from '../../../../src/values/readResult.ts'
import type { LiveImage } from '../../../../src/world/ports/registry.ts'
import { digestOf, error, type Handler, json, Loopback, manifest, open } from './fake.ts'

/** Reads the tag a/b:v1 from a registry with this handler. */
async function read(handler: Handler): Promise<ReadResult<LiveImage> & { requests: string[] }> {
  const server = await Loopback.start(() => handler)
  const registries = open(server.host)
  try {
    const image = await registries.image({ host: server.host, path: 'a/b' }, 'v1')
    assert.not.match(JSON.stringify(image), 'hunter2')
    return { ...image, requests: server.requests }
  } finally {
    registries.close()
    server.close()
  }
}

const outcome = (read: ReadResult<LiveImage>): string =>
  read.is === 'unknown' ? read.why.code : read.is === 'absent' ? `absent ${read.provedBy}` : read.value.configDigest

test('all four manifest types are accepted', async () => {
  let accept: string | undefined
  await read((request, response) => {
    accept = request.headers.accept
    response.end(manifest)
  })
  assert.is(accept?.split(', ').length, 4)
})

test('a tag is read as the digests of its manifest and its config', async () => {
  const image = await read((_, response) => response.writeHead(200, { 'docker-content-digest': digestOf(manifest) }).end(manifest))
  assert.equal(image.is === 'present' && image.value, {
    manifestDigest: digestOf(manifest),
    imageDigest: digestOf(manifest),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    configDigest: `sha256:${'c'.repeat(64)}`,
  })
})

test('only a registry’s own error code proves absence', async () => {
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

test('refusals, failures and unreadable responses have their own problems', async () => {
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

test('a digest that does not match the content is refused', async () => {
  const mismatch = await read((_, r) => r.writeHead(200, { 'docker-content-digest': digestOf('other') }).end(manifest))
  assert.is(outcome(mismatch), 'registry/wrong-digest')
})

test('a request to a busy registry is retried after Retry-After; a long Retry-After is reported', async () => {
  let requests = 0
  const retried = await read((_, r) => (++requests < 3 ? r.writeHead(429, { 'retry-after': '0' }).end() : r.end(manifest)))
  assert.is(retried.is, 'present')
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

test('of an index the image for the platform is read, attestations are ignored', async () => {
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

test('redirects of a read are followed, loops are refused', async () => {
  const image = await read((q, r) => (q.url === '/elsewhere' ? r.end(manifest) : r.writeHead(307, { location: '/elsewhere' }).end()))
  assert.is(image.is, 'present')
  assert.is(outcome(await read((q, r) => r.writeHead(307, { location: q.url ?? '' }).end())), 'registry/redirected')
})

/** Reads the config with this text's digest from a registry with this handler. */
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

test('the content digest is computed only from a config with the requested digest', async () => {
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } })
  const result = await content((request, response) => {
    assert.is(request.url, `/v2/a/b/blobs/${digestOf(config)}`)
    response.end(config)
  }, config)
  assert.match(result.is === 'present' ? result.value : result.is, /^sha256:[0-9a-f]{64}$/)
  const outcomeOf = async (handler: Handler, requested = config) => {
    const read = await content(handler, requested)
    return read.is === 'unknown' ? read.why.code : read.is
  }
  assert.is(await outcomeOf((_, r) => r.end(`${config} `)), 'registry/wrong-digest')
  assert.is(await outcomeOf((_, r) => r.end('{}'), '{}'), 'absent')
  assert.is(await outcomeOf((_, r) => r.end('x'), 'x'), 'absent')
  assert.is(await outcomeOf((_, r) => error(r, 404, 'BLOB_UNKNOWN')), 'absent')
  assert.is(await outcomeOf((_, r) => r.writeHead(404).end('404 page not found')), 'registry/unexpected-answer')
  assert.is(await outcomeOf((_, r) => r.writeHead(500).end('boom')), 'registry/server-error')
})

test.run()
