import { randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedBlob } from '../../../../src/installation/installation.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { streamBlobs } from '../../../../src/world/archive/streamBlobs.ts'
import { classic, digest, type Folder, folder, image, layout, release, tar } from './build.ts'

async function made(dir: Folder) {
  const [backend, launcher] = [await image('backend:1', { bytes: 300_000 }), await image('launcher:1', { bytes: 700_000 })]
  const bytes = await release({ 'launcher.tar': await tar(classic(launcher)), 'backend.tar': await tar(layout(backend)) })
  const path = await dir.write('a.tar.gz', bytes)
  const { images } = await indexArchive(path, { cacheDir: dir.path })
  return { path, backend, launcher, blobs: images.flatMap((one) => [...one.layers, one.config]) }
}

async function collect(path: string, wanted: readonly ArchivedBlob[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>()
  await streamBlobs(path, wanted, async (blob, content) => {
    found.set(blob.digest, Buffer.concat(await content.toArray()))
  })
  return found
}

test('all wanted blobs stream out in one pass, with the very bytes of the archive', async () => {
  await using dir = await folder()
  const { path, backend, launcher, blobs } = await made(dir)
  const found = await collect(path, blobs)
  for (const bytes of [...backend.layers, ...launcher.layers, Buffer.from(backend.config), Buffer.from(launcher.config)])
    assert.ok(found.get(digest(bytes))?.equals(bytes))
  assert.is(found.size, 6)
})

test('only what is wanted streams', async () => {
  await using dir = await folder()
  const { path, blobs } = await made(dir)
  const last = blobs.at(-1) as ArchivedBlob
  assert.equal([...(await collect(path, [last])).keys()], [last.digest])
  assert.is((await collect(path, [])).size, 0)
})

test('what a reader leaves unread is dropped and the rest still comes', async () => {
  await using dir = await folder()
  const { path, blobs } = await made(dir)
  const seen: string[] = []
  await streamBlobs(path, blobs, async (blob, content) => {
    seen.push(blob.digest)
    if (seen.length % 2 === 0) for await (const _ of content) break
  })
  assert.equal(seen.sort(), blobs.map((b) => b.digest).sort())
})

test('an error of the reader ends the pass and is the one that is told', async () => {
  await using dir = await folder()
  const { path, blobs } = await made(dir)
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
  const one = await image('a:1', { layers: 1, bytes: 2_000_000 })
  const path = await dir.write('a.tar', await tar(classic(one)))
  const { images } = await indexArchive(path, { cacheDir: dir.path })
  const layer = images[0]?.layers[0] as ArchivedBlob
  const changed = Buffer.from(await tar(classic(one)))
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

test('a blob that is no longer there is told', async () => {
  await using dir = await folder()
  const { path, blobs } = await made(dir)
  await dir.write('a.tar.gz', await release({ 'other.tar': await tar(classic(await image('other:1'))) }))
  const error = await collect(path, blobs).catch((thrown: unknown) => thrown)
  assert.is((error as ProblemError).problems[0]?.code, 'archive/missing-entry')
})

test('an abort ends the pass', async () => {
  await using dir = await folder()
  const { path, blobs } = await made(dir)
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
