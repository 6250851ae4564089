import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { classic, folder, image, tar } from '../archive/build.ts'
import { error, type Handler, Loopback, open } from './fake.ts'
import { codeOf, prepared } from './fakeRegistry.ts'

/** A fault that has responded. */
const done = (_: unknown): true => true

test('blobs are sent as they are in the archive, the lock is checked before each write, the manifest comes last', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  await setup.push()
  assert.equal([...setup.registry.blobs.keys()].sort(), [setup.image.config, ...setup.image.layers].map((b) => b.digest).sort())
  const manifest = JSON.parse(setup.registry.tags.get('v1') ?? '')
  assert.equal(manifest.config.mediaType, 'application/vnd.oci.image.config.v1+json')
  assert.equal(manifest.layers[0].mediaType, 'application/vnd.oci.image.layer.v1.tar')
  assert.match(setup.server.requests.at(-1) ?? '', 'PUT /v2/a/b/manifests/v1')
  assert.is(setup.lockChecks, 5)
  setup.server.close()
})

test('progress starts at zero, ends at the total and never decreases', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  await setup.push()
  const total = [setup.image.config, ...setup.image.layers].reduce((sum, { size }) => sum + size, 0)
  assert.equal(setup.progress[0], { doneBytes: 0, totalBytes: total, blobs: 4, blobsPresent: 0 })
  assert.equal(setup.progress.at(-1), { doneBytes: total, totalBytes: total, blobs: 4, blobsPresent: 4 })
  assert.equal(
    setup.progress.map((p) => p.doneBytes),
    setup.progress.map((p) => p.doneBytes).sort((a, b) => a - b),
  )
  setup.server.close()
})

test('a second push sends no blob and the same manifest', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  await setup.push()
  const before = setup.registry.tags.get('v1')
  setup.server.requests.length = 0
  await setup.push()
  assert.is(setup.server.requests.filter((request) => /^(POST|PUT \/upload)/.test(request)).length, 0)
  assert.is(setup.registry.tags.get('v1'), before)
  setup.server.close()
})

test('only the upload that was broken, lost or refused once is sent again', async () => {
  for (const fault of [
    (request, _response) => request.socket.destroy(),
    (_request, response) => error(response, 404, 'BLOB_UPLOAD_UNKNOWN'),
    (_request, response) => response.writeHead(500).end(),
    (_request, response) => error(response, 401, 'UNAUTHORIZED'),
  ] satisfies ((...args: Parameters<Handler>) => unknown)[]) {
    await using dir = await folder()
    const setup = await prepared(dir)
    let uploads = 0
    setup.registry.fault = (request, response) => {
      if (request.method !== 'PUT' || !request.url?.startsWith('/upload/') || ++uploads !== 2) return false
      fault(request, response)
      return true
    }
    await setup.push()
    assert.is(uploads, 5)
    assert.ok(setup.registry.tags.has('v1'))
    setup.server.close()
  }
})

test('a refusal during an upload ends it at once and is reported', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  setup.registry.fault = (request, response) => request.url?.startsWith('/upload/') && done(error(response, 403, 'DENIED'))
  assert.is(await codeOf(setup.push()), 'registry/denied')
  assert.is(setup.registry.tags.size, 0)
  // The uploads that were running already.
  assert.ok(setup.server.requests.filter((request) => request.startsWith('PUT')).length <= 4)
  setup.server.close()
})

test('a permanent failure is reported and does not move the tag', async () => {
  for (const [status, code, expected] of [
    [400, 'DIGEST_INVALID', 'registry/unexpected-answer'],
    [405, 'UNSUPPORTED', 'registry/unsupported'],
    [413, 'SIZE_INVALID', 'registry/unexpected-answer'],
  ] as const) {
    await using dir = await folder()
    const setup = await prepared(dir)
    setup.registry.fault = (request, response) => request.method === 'POST' && done(error(response, status, code))
    assert.is(await codeOf(setup.push()), expected)
    assert.is(setup.registry.tags.size, 0)
    setup.server.close()
  }
})

test('an upload location on another host receives the blob without the login', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  const storage = await Loopback.start(() => (_, response, body) => {
    setup.registry.blobs.set(`sha256:${createHash('sha256').update(body).digest('hex')}`, body)
    response.writeHead(201).end()
  })
  setup.registry.fault = (request, response) =>
    request.method === 'POST' && done(response.writeHead(202, { location: `http://${storage.host}/u?sig=1` }).end())
  await setup.push()
  assert.is(storage.requests.length, 4)
  for (const request of storage.requests) assert.match(request, /^PUT \/u\?sig=1&digest=sha256:[0-9a-f]{64}$/)
  for (const server of [setup.server, storage]) server.close()
})

test('an archive that has changed since it was indexed pushes nothing', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  await dir.write('a.tar', await tar(classic(await image('other:1'))))
  assert.match(await codeOf(setup.push()), /^archive\/(truncated|wrong-digest)$/)
  assert.is(setup.registry.tags.size, 0)
  setup.server.close()
})

test('a lost lock stops the push before the next write', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  const registries = open(setup.server.host)
  const lost = new Error('the lock is lost')
  const push = registries.push({
    repository: { host: setup.server.host, path: 'a/b' },
    tag: 'v1',
    archive: `${dir.path}/a.tar`,
    image: setup.image,
    signal: AbortSignal.timeout(20_000),
    beforeWrite: () => Promise.reject(lost),
    onProgress: () => {},
  })
  assert.is(await push.catch((thrown: unknown) => thrown), lost)
  assert.is(setup.server.requests.filter((request) => !request.startsWith('HEAD')).length, 0)
  registries.close()
  setup.server.close()
})

test.run()
