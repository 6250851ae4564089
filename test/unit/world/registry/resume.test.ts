import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedBlob } from '../../../../src/installation/installation.ts'
import { folder } from '../archive/build.ts'
import { error } from './fake.ts'
import { codeOf, type Pushed, prepared } from './fakeRegistry.ts'

/** Breaks the first upload of the largest layer when the registry has `bytes` of it, and remembers them or not. */
function cutOnce(it: Pushed, bytes: number, remembers: boolean): void {
  let cut = false
  it.registry.fault = (request, _, body) => {
    if (cut || request.method !== 'PUT' || body.length < 400_000) return false
    cut = true
    if (remembers) it.registry.keep(request.url ?? '', body.subarray(0, bytes))
    request.socket.destroy()
    return true
  }
}

const uploads = (it: Pushed, method: string): string[] => it.server.requests.filter((one) => one.startsWith(`${method} /upload/`))
const blobs = ({ image }: Pushed): ArchivedBlob[] => [image.config, ...image.layers]

for (const packed of [false, true]) {
  const where = packed ? ', out of a packed archive' : ''

  test(`a cut upload goes on where the registry says${where}`, async () => {
    await using dir = await folder()
    const it = await prepared(dir, { packed })
    cutOnce(it, 123_456, true)
    await it.push()
    assert.is(uploads(it, 'PATCH').length, 1)
    assert.is(uploads(it, 'PUT').length, blobs(it).length + 1)
    const resumed = it.registry.uploads.filter((content) => content.length > 0)
    assert.equal(
      resumed.map(({ length }) => length).sort(),
      blobs(it)
        .map(({ size }) => size)
        .sort(),
    )
    assert.ok(it.registry.tags.has('v1'))
    it.server.close()
  })

  test(`where the registry knows nothing of it, that one begins anew${where}`, async () => {
    await using dir = await folder()
    const it = await prepared(dir, { packed })
    cutOnce(it, 0, false)
    await it.push()
    assert.is(uploads(it, 'PATCH').length, 0)
    assert.is(uploads(it, 'PUT').length, blobs(it).length + 1)
    it.server.close()
  })

  test(`what arrived although its answer was lost is not sent again${where}`, async () => {
    await using dir = await folder()
    const it = await prepared(dir, { packed })
    let lost = 0
    it.registry.fault = (request, _, body) => {
      if (request.method !== 'PUT' || body.length < 400_000 || lost++ > 0) return false
      it.registry.blobs.set(new URL(request.url ?? '', 'http://x').searchParams.get('digest') ?? '', body)
      request.socket.destroy()
      return true
    }
    await it.push()
    assert.is(uploads(it, 'PUT').length, blobs(it).length)
    assert.ok(it.registry.tags.has('v1'))
    it.server.close()
  })

  test(`a registry that is busy is asked again, for that blob alone${where}`, async () => {
    await using dir = await folder()
    const it = await prepared(dir, { packed })
    let refused = false
    it.registry.fault = (request, response) => {
      if (refused || request.method !== 'PUT' || !request.url?.startsWith('/upload/')) return false
      refused = true
      error(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '1' })
      return true
    }
    await it.push()
    assert.is(uploads(it, 'PUT').length, blobs(it).length + 1)
    assert.ok(it.registry.tags.has('v1'))
    it.server.close()
  })
}

test('a blob that the sibling repository has is mounted and not sent', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  const [base] = it.image.layers as [ArchivedBlob]
  it.registry.sibling.set(base.digest, Buffer.from('what it is does not matter here'))
  await it.push()
  const mounts = it.server.requests.filter((one) => one.includes('mount='))
  assert.is(mounts.length, 1)
  assert.match(mounts[0] ?? '', `POST /v2/a/b/blobs/uploads/?mount=${base.digest}&from=a%2Fc`)
  assert.is(uploads(it, 'PUT').length, blobs(it).length - 1)
  assert.equal(it.progress[0], {
    doneBytes: 0,
    totalBytes: blobs(it).reduce((sum, { size }) => sum + size, 0) - base.size,
    blobs: 4,
    blobsPresent: 1,
  })
  it.server.close()
})

test('a mount that is refused, or only begins an upload, costs nothing: the blob is sent', async () => {
  for (const [status, location] of [
    [401, undefined],
    [405, undefined],
    [202, '/upload/0?_state=a%2Bb%3D'],
  ] as const) {
    await using dir = await folder()
    const it = await prepared(dir)
    const [base] = it.image.layers as [ArchivedBlob]
    it.registry.sibling.set(base.digest, Buffer.alloc(0))
    it.registry.fault = (request, response) => {
      if (!request.url?.includes('mount=')) return false
      if (location) it.registry.uploads.push(Buffer.alloc(0))
      response.writeHead(status, location && { location }).end()
      return true
    }
    await it.push()
    assert.is(uploads(it, 'PUT').length, blobs(it).length)
    assert.ok(it.registry.tags.has('v1'))
    it.server.close()
  }
})

test('a full disk is told at once, and a registry that never comes to itself after some tries', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  it.registry.fault = (request, response) => {
    if (request.method !== 'PUT') return false
    response
      .writeHead(500, { 'content-type': 'application/json' })
      .end('{"errors":[{"code":"UNKNOWN","detail":{"DriverName":"filesystem","Enclosed":{"Op":"write","Err":28}}}]}')
    return true
  }
  assert.is(await codeOf(it.push()), 'registry/disk-full')
  assert.is(it.registry.tags.size, 0)
  it.registry.fault = (request, response) =>
    request.method === 'POST' && Boolean(error(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }) ?? true)
  assert.is(await codeOf(it.push()), 'registry/too-many-requests')
  it.server.close()
})

test('the tag itself is moved in more than one try if need be', async () => {
  await using dir = await folder()
  const it = await prepared(dir)
  let tries = 0
  it.registry.fault = (request) => {
    if (!request.url?.includes('/manifests/') || ++tries > 1) return false
    request.socket.destroy()
    return true
  }
  await it.push()
  assert.is(tries, 2)
  assert.ok(it.registry.tags.has('v1'))
  it.server.close()
})

test.run()
