import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedBlob } from '../../../../src/installation/installation.ts'
import { folder } from '../archive/build.ts'
import { error } from './fake.ts'
import { codeOf, type PushSetup, prepared } from './fakeRegistry.ts'

/** Breaks the first upload of the largest layer after `bytes`; `remembers`: the registry keeps them. */
function cutOnce(setup: PushSetup, bytes: number, remembers: boolean): void {
  let cut = false
  setup.registry.fault = (request, _, body) => {
    if (cut || request.method !== 'PUT' || body.length < 400_000) return false
    cut = true
    if (remembers) setup.registry.keep(request.url ?? '', body.subarray(0, bytes))
    request.socket.destroy()
    return true
  }
}

const uploads = (setup: PushSetup, method: string): string[] =>
  setup.server.requests.filter((request) => request.startsWith(`${method} /upload/`))
const blobs = ({ image }: PushSetup): ArchivedBlob[] => [image.config, ...image.layers]

for (const packed of [false, true]) {
  const source = packed ? ', from a compressed archive' : ''

  test(`a broken upload resumes at the registry’s offset${source}`, async () => {
    await using dir = await folder()
    const setup = await prepared(dir, { packed })
    cutOnce(setup, 123_456, true)
    await setup.push()
    assert.is(uploads(setup, 'PATCH').length, 1)
    assert.is(uploads(setup, 'PUT').length, blobs(setup).length + 1)
    const resumed = setup.registry.uploads.filter((content) => content.length > 0)
    assert.equal(
      resumed.map(({ length }) => length).sort(),
      blobs(setup)
        .map(({ size }) => size)
        .sort(),
    )
    assert.ok(setup.registry.tags.has('v1'))
    setup.server.close()
  })

  test(`an upload that the registry does not know restarts from the beginning${source}`, async () => {
    await using dir = await folder()
    const setup = await prepared(dir, { packed })
    cutOnce(setup, 0, false)
    await setup.push()
    assert.is(uploads(setup, 'PATCH').length, 0)
    assert.is(uploads(setup, 'PUT').length, blobs(setup).length + 1)
    setup.server.close()
  })

  test(`a blob that arrived although its response was lost is not sent again${source}`, async () => {
    await using dir = await folder()
    const setup = await prepared(dir, { packed })
    let lost = 0
    setup.registry.fault = (request, _, body) => {
      if (request.method !== 'PUT' || body.length < 400_000 || lost++ > 0) return false
      setup.registry.blobs.set(new URL(request.url ?? '', 'http://x').searchParams.get('digest') ?? '', body)
      request.socket.destroy()
      return true
    }
    await setup.push()
    assert.is(uploads(setup, 'PUT').length, blobs(setup).length)
    assert.ok(setup.registry.tags.has('v1'))
    setup.server.close()
  })

  test(`after a 429 only that blob is sent again${source}`, async () => {
    await using dir = await folder()
    const setup = await prepared(dir, { packed })
    let refused = false
    setup.registry.fault = (request, response) => {
      if (refused || request.method !== 'PUT' || !request.url?.startsWith('/upload/')) return false
      refused = true
      error(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '1' })
      return true
    }
    await setup.push()
    assert.is(uploads(setup, 'PUT').length, blobs(setup).length + 1)
    assert.ok(setup.registry.tags.has('v1'))
    setup.server.close()
  })
}

test('a blob that the sibling repository has is mounted and not sent', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  const [base] = setup.image.layers as [ArchivedBlob]
  setup.registry.sibling.set(base.digest, Buffer.from('any content'))
  await setup.push()
  const mounts = setup.server.requests.filter((request) => request.includes('mount='))
  assert.is(mounts.length, 1)
  assert.match(mounts[0] ?? '', `POST /v2/a/b/blobs/uploads/?mount=${base.digest}&from=a%2Fc`)
  assert.is(uploads(setup, 'PUT').length, blobs(setup).length - 1)
  assert.equal(setup.progress[0], {
    doneBytes: 0,
    totalBytes: blobs(setup).reduce((sum, { size }) => sum + size, 0) - base.size,
    blobs: 4,
    blobsPresent: 1,
  })
  setup.server.close()
})

test('when a mount is refused or only starts an upload, the blob is sent', async () => {
  for (const [status, location] of [
    [401, undefined],
    [405, undefined],
    [202, '/upload/0?_state=a%2Bb%3D'],
  ] as const) {
    await using dir = await folder()
    const setup = await prepared(dir)
    const [base] = setup.image.layers as [ArchivedBlob]
    setup.registry.sibling.set(base.digest, Buffer.alloc(0))
    setup.registry.fault = (request, response) => {
      if (!request.url?.includes('mount=')) return false
      if (location) setup.registry.uploads.push(Buffer.alloc(0))
      response.writeHead(status, location && { location }).end()
      return true
    }
    await setup.push()
    assert.is(uploads(setup, 'PUT').length, blobs(setup).length)
    assert.ok(setup.registry.tags.has('v1'))
    setup.server.close()
  }
})

test('a full disk and a long Retry-After are reported without a retry', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  setup.registry.fault = (request, response) => {
    if (request.method !== 'PUT') return false
    response
      .writeHead(500, { 'content-type': 'application/json' })
      .end('{"errors":[{"code":"UNKNOWN","detail":{"DriverName":"filesystem","Enclosed":{"Op":"write","Err":28}}}]}')
    return true
  }
  assert.is(await codeOf(setup.push()), 'registry/disk-full')
  assert.is(setup.registry.tags.size, 0)
  setup.registry.fault = (request, response) =>
    request.method === 'POST' && Boolean(error(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }) ?? true)
  assert.is(await codeOf(setup.push()), 'registry/too-many-requests')
  setup.server.close()
})

test('moving the tag is retried', async () => {
  await using dir = await folder()
  const setup = await prepared(dir)
  let tries = 0
  setup.registry.fault = (request) => {
    if (!request.url?.includes('/manifests/') || ++tries > 1) return false
    request.socket.destroy()
    return true
  }
  await setup.push()
  assert.is(tries, 2)
  assert.ok(setup.registry.tags.has('v1'))
  setup.server.close()
})

test.run()
