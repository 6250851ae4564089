import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { classic, folder, image, tar } from '../archive/build.ts'
import { error, type Handler, Loopback, open } from './fake.ts'
import { codeOf, prepared } from './fakeRegistry.ts'

/** A fault that has answered. */
const done = (_: unknown): true => true

test('blobs go up as they are in the archive, each write assertLockHeld, the manifest last', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  await it.push()
  assert.equal([...it.registry.blobs.keys()].sort(), [it.image.config, ...it.image.layers].map((b) => b.digest).sort())
  const manifest = JSON.parse(it.registry.tags.get('v1') ?? '')
  assert.equal(manifest.config.mediaType, 'application/vnd.oci.image.config.v1+json')
  assert.equal(manifest.layers[0].mediaType, 'application/vnd.oci.image.layer.v1.tar')
  assert.match(it.server.requests.at(-1) ?? '', 'PUT /v2/a/b/manifests/v1')
  assert.is(it.fences, 5)
  it.server.close()
})

test('progress begins at nothing, ends at everything and never runs backwards', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  await it.push()
  const total = [it.image.config, ...it.image.layers].reduce((sum, { size }) => sum + size, 0)
  assert.equal(it.progress[0], { doneBytes: 0, totalBytes: total, blobs: 4, blobsPresent: 0 })
  assert.equal(it.progress.at(-1), { doneBytes: total, totalBytes: total, blobs: 4, blobsPresent: 4 })
  assert.equal(
    it.progress.map((p) => p.doneBytes),
    it.progress.map((p) => p.doneBytes).sort((a, b) => a - b),
  )
  it.server.close()
})

test('a second push sends no blob and the same manifest', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  await it.push()
  const before = it.registry.tags.get('v1')
  it.server.requests.length = 0
  await it.push()
  assert.is(it.server.requests.filter((one) => /^(POST|PUT \/upload)/.test(one)).length, 0)
  assert.is(it.registry.tags.get('v1'), before)
  it.server.close()
})

test('an upload that is cut, lost or refused for a moment is sent again, and only that one', async () => {
  for (const fault of [
    (request, _response) => request.socket.destroy(),
    (_request, response) => error(response, 404, 'BLOB_UPLOAD_UNKNOWN'),
    (_request, response) => response.writeHead(500).end(),
    (_request, response) => error(response, 401, 'UNAUTHORIZED'),
  ] satisfies ((...it: Parameters<Handler>) => unknown)[]) {
    await using dir = await folder()
    const it = await prepared(dir)
    let uploads = 0
    it.registry.fault = (request, response) => {
      if (request.method !== 'PUT' || !request.url?.startsWith('/upload/') || ++uploads !== 2) return false
      fault(request, response)
      return true
    }
    await it.push()
    assert.is(uploads, 5)
    assert.ok(it.registry.tags.has('v1'))
    it.server.close()
  }
})

test('a refusal in the middle of an upload ends it at once and is told', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  it.registry.fault = (request, response) => request.url?.startsWith('/upload/') && done(error(response, 403, 'DENIED'))
  assert.is(await codeOf(it.push()), 'registry/denied')
  assert.is(it.registry.tags.size, 0)
  // Those that were on their way already.
  assert.ok(it.server.requests.filter((one) => one.startsWith('PUT')).length <= 4)
  it.server.close()
})

test('what never works ends in its problem, and the tag has not moved', async () => {
  for (const [status, code, expected] of [
    [400, 'DIGEST_INVALID', 'registry/unexpected-answer'],
    [405, 'UNSUPPORTED', 'registry/unsupported'],
    [413, 'SIZE_INVALID', 'registry/unexpected-answer'],
  ] as const) {
    await using dir = await folder()
    const it = await prepared(dir)
    it.registry.fault = (request, response) => request.method === 'POST' && done(error(response, status, code))
    assert.is(await codeOf(it.push()), expected)
    assert.is(it.registry.tags.size, 0)
    it.server.close()
  }
})

test('an upload address on another host gets the blob, and no login', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  const storage = await Loopback.start(() => (_, response, body) => {
    it.registry.blobs.set(`sha256:${createHash('sha256').update(body).digest('hex')}`, body)
    response.writeHead(201).end()
  })
  it.registry.fault = (request, response) =>
    request.method === 'POST' && done(response.writeHead(202, { location: `http://${storage.host}/u?sig=1` }).end())
  await it.push()
  assert.is(storage.requests.length, 4)
  for (const one of storage.requests) assert.match(one, /^PUT \/u\?sig=1&digest=sha256:[0-9a-f]{64}$/)
  for (const one of [it.server, storage]) one.close()
})

test('an archive that no longer holds what was indexed pushes nothing', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  await dir.write('a.tar', await tar(classic(await image('other:1'))))
  assert.match(await codeOf(it.push()), /^archive\/(truncated|wrong-digest)$/)
  assert.is(it.registry.tags.size, 0)
  it.server.close()
})

test('a lost lock stops the push before the next write', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  const registries = open(it.server.host)
  const lost = new Error('the lock is lost')
  const push = registries.push({
    repository: { host: it.server.host, path: 'a/b' },
    tag: 'v1',
    archive: `${dir.path}/a.tar`,
    image: it.image,
    signal: AbortSignal.timeout(20_000),
    beforeWrite: () => Promise.reject(lost),
    onProgress: () => {},
  })
  assert.is(await push.catch((thrown: unknown) => thrown), lost)
  assert.is(it.server.requests.filter((one) => !one.startsWith('HEAD')).length, 0)
  registries.close()
  it.server.close()
})

test.run()
