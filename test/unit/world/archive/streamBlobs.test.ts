import { randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedBlob } from '../../../../src/installation/installation.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { streamBlobs } from '../../../../src/world/archive/streamBlobs.ts'
import { classic, digest, type Folder, folder, image, layout, release, tar } from './build.ts'

async function buildArchive(dir: Folder) {
  const [backend, launcher] = [await image('backend:1', { bytes: 300_000 }), await image('launcher:1', { bytes: 700_000 })]
  const bytes = await release({ 'launcher.tar': await tar(classic(launcher)), 'backend.tar': await tar(layout(backend)) })
  const path = await dir.write('a.tar.gz', bytes)
  const { images } = await indexArchive(path, { cacheDir: dir.path })
  return { path, backend, launcher, blobs: images.flatMap((image) => [...image.layers, image.config]) }
}

async function collect(path: string, requested: readonly ArchivedBlob[]): Promise<Map<string, Buffer>> {
  const streamed = new Map<string, Buffer>()
  await streamBlobs(path, requested, async (blob, content) => {
    streamed.set(blob.digest, Buffer.concat(await content.toArray()))
  })
  return streamed
}

test('all requested blobs are streamed in one pass, with the bytes of the archive', async () => {
  await using dir = await folder()
  const { path, backend, launcher, blobs } = await buildArchive(dir)
  const streamed = await collect(path, blobs)
  for (const bytes of [...backend.layers, ...launcher.layers, Buffer.from(backend.config), Buffer.from(launcher.config)])
    assert.ok(streamed.get(digest(bytes))?.equals(bytes))
  assert.is(streamed.size, 6)
})

test('only requested blobs are streamed', async () => {
  await using dir = await folder()
  const { path, blobs } = await buildArchive(dir)
  const last = blobs.at(-1) as ArchivedBlob
  assert.equal([...(await collect(path, [last])).keys()], [last.digest])
  assert.is((await collect(path, [])).size, 0)
})

test('what a reader leaves unread is dropped, and the rest is still streamed', async () => {
  await using dir = await folder()
  const { path, blobs } = await buildArchive(dir)
  const digests: string[] = []
  await streamBlobs(path, blobs, async (blob, content) => {
    digests.push(blob.digest)
    if (digests.length % 2 === 0) for await (const _ of content) break
  })
  assert.equal(digests.sort(), blobs.map((b) => b.digest).sort())
})

test('an error of the reader ends the pass and is thrown unchanged', async () => {
  await using dir = await folder()
  const { path, blobs } = await buildArchive(dir)
  let calls = 0
  const error = await streamBlobs(path, blobs, async () => {
    calls++
    throw new TypeError('the reader failed')
  }).catch((thrown: unknown) => thrown)
  assert.instance(error, TypeError)
  assert.is(calls, 1)
})

test('an archive that changed since it was indexed never yields a whole wrong blob', async () => {
  await using dir = await folder()
  const built = await image('a:1', { layers: 1, bytes: 2_000_000 })
  const path = await dir.write('a.tar', await tar(classic(built)))
  const { images } = await indexArchive(path, { cacheDir: dir.path })
  const layer = images[0]?.layers[0] as ArchivedBlob
  const changed = Buffer.from(await tar(classic(built)))
  randomBytes(100).copy(changed, 1_000_000)
  await dir.write('a.tar', changed)
  let received = 0
  const error = await streamBlobs(path, [layer], async (_, content) => {
    for await (const chunk of content) received += (chunk as Buffer).length
  }).catch((thrown: unknown) => thrown)
  assert.instance(error, ProblemError)
  assert.is((error as ProblemError).problems[0]?.code, 'archive/wrong-digest')
  assert.ok(received > 0 && received < layer.size)
})

test('a missing blob is reported', async () => {
  await using dir = await folder()
  const { path, blobs } = await buildArchive(dir)
  await dir.write('a.tar.gz', await release({ 'other.tar': await tar(classic(await image('other:1'))) }))
  const error = await collect(path, blobs).catch((thrown: unknown) => thrown)
  assert.is((error as ProblemError).problems[0]?.code, 'archive/missing-entry')
})

test('an abort ends the pass', async () => {
  await using dir = await folder()
  const { path, blobs } = await buildArchive(dir)
  const abort = new AbortController()
  const error = await streamBlobs(
    path,
    blobs,
    async (_, content) => {
      for await (const _chunk of content) abort.abort()
    },
    abort.signal,
  ).catch((thrown: unknown) => thrown)
  assert.is((error as Error).name, 'AbortError')
})

test.run()
