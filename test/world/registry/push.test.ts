import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedImage } from '../../../src/installation/installation.ts'
import { ProblemError } from '../../../src/values/problem.ts'
import { indexArchive } from '../../../src/world/archive/indexArchive.ts'
import type { PushProgress } from '../../../src/world/ports/registry.ts'
import { classic, type Folder, folder, image, tar } from '../archive/build.ts'
import { BASIC, error, type Handler, Loopback, open } from './fake.ts'

/** Keeps blobs and manifests in memory, as the distribution specification has it; a `fault` may answer instead. */
class FakeRegistry {
  readonly blobs = new Map<string, Buffer>()
  readonly tags = new Map<string, string>()
  fault: Handler = () => false
  #uploads = 0

  readonly handle: Handler = async (request, response, body) => {
    if (await this.fault(request, response, body)) return undefined
    const url = new URL(request.url ?? '', 'http://x')
    if (request.headers.authorization !== BASIC) return error(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' })
    if (request.method === 'HEAD') return response.writeHead(this.blobs.has(last(url)) ? 200 : 404).end()
    if (request.method === 'POST') return response.writeHead(202, { location: `/upload/${++this.#uploads}?_state=a%2Bb%3D` }).end()
    if (url.pathname.startsWith('/upload/')) return this.#store(url, response, body)
    return this.#tag(last(url), response, body)
  }

  #store(url: URL, response: Parameters<Handler>[1], body: Buffer) {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    if (!url.search.startsWith('?_state=a%2Bb%3D&digest=')) return error(response, 400, 'BLOB_UPLOAD_INVALID')
    if (digest !== url.searchParams.get('digest')) return error(response, 400, 'DIGEST_INVALID')
    this.blobs.set(digest, body)
    return response.writeHead(201).end()
  }

  #tag(tag: string, response: Parameters<Handler>[1], body: Buffer) {
    const { config, layers } = JSON.parse(body.toString()) as { config: { digest: string }; layers: { digest: string }[] }
    if ([config, ...layers].some(({ digest }) => !this.blobs.has(digest))) return error(response, 400, 'MANIFEST_BLOB_UNKNOWN')
    this.tags.set(tag, body.toString())
    return response.writeHead(201).end()
  }
}

/** A fault that has answered. */
const done = (_: unknown): true => true

const last = (url: URL): string => url.pathname.split('/').at(-1) ?? ''

type Pushed = {
  registry: FakeRegistry
  server: Loopback
  image: ArchivedImage
  progress: PushProgress[]
  fences: number
  push: () => Promise<unknown>
}

async function prepared(dir: Folder, registry = new FakeRegistry()): Promise<Pushed> {
  const made = await image('spacelift-backend:v1', { layers: 3, bytes: 400_000 })
  const archive = await dir.write('a.tar', await tar(classic(made)))
  const { images } = await indexArchive(archive, { cacheDir: dir.path })
  const server = await Loopback.start(() => registry.handle)
  const it: Pushed = { registry, server, image: images[0] as ArchivedImage, progress: [], fences: 0, push: () => Promise.resolve() }
  it.push = async () => {
    const registries = open(server.host)
    try {
      return await registries.push({
        repository: { host: server.host, path: 'a/b' },
        tag: 'v1',
        archive,
        image: it.image,
        signal: AbortSignal.timeout(20_000),
        beforeWrite: async () => void it.fences++,
        onProgress: (progress) => it.progress.push(progress),
      })
    } finally {
      registries.close()
    }
  }
  return it
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof ProblemError) assert.not.match(JSON.stringify(thrown.problems), 'hunter2')
  return thrown instanceof ProblemError ? (thrown.problems[0]?.code ?? '') : String(thrown)
}

test('blobs go up as they are in the archive, each write fenced, the manifest last', async () => {
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
      if (!request.url?.startsWith('/upload/') || ++uploads !== 2) return false
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
  assert.is(it.server.requests.filter((one) => one.startsWith('PUT')).length, 1)
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
  assert.is(await codeOf(it.push()), 'archive/missing-entry')
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
