import { gzipSync, zstdCompressSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedImage } from '../../../../src/installation/installation.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { streamBlobs } from '../../../../src/world/archive/streamBlobs.ts'
import { manifestOf } from '../../../../src/world/registry/manifest.ts'
import { digest, type Folder, folder, image, type MadeImage, release } from './build.ts'
import { forms } from './forms.ts'

const alone = { 'a tar alone': (bytes: Buffer) => bytes, 'a tar in gzip': gzipSync, 'a tar in zstd': zstdCompressSync }
const inside = {
  'inside the release archive': (bytes: Buffer) => release({ 'images.tar': bytes }),
  'inside the release archive, in gzip': (bytes: Buffer) => release({ 'images.tar.gz': gzipSync(bytes) }),
}

const last = (tag: string): string => tag.split('/').at(-1) ?? ''

async function isTheImage(path: string, images: readonly ArchivedImage[], made: MadeImage): Promise<ArchivedImage> {
  const found = images.find(({ tag }) => last(tag) === made.tags[0])
  if (found === undefined) throw new Error(`${made.tags[0]} is not among ${images.map(({ tag }) => tag).join(', ')}`)
  assert.is(found.config.digest, made.configDigest)
  assert.is(found.platform, 'linux/amd64')
  assert.is(found.layers.length, made.layers.length)
  const streamed = new Map<string, Buffer>()
  await streamBlobs(path, [found.config, ...found.layers], async (blob, content) => {
    streamed.set(blob.digest, Buffer.concat(await content.toArray()))
  })
  for (const { digest: wanted, size } of [found.config, ...found.layers]) {
    assert.is(digest(streamed.get(wanted) ?? ''), wanted)
    assert.is(streamed.get(wanted)?.length, size)
  }
  return found
}

async function indexed(dir: Folder, bytes: Buffer) {
  const path = await dir.write('archive', bytes)
  return indexArchive(path, { cacheDir: dir.path })
}

for (const form of forms)
  for (const [where, wrap] of Object.entries({ ...alone, ...inside }))
    test(`${form.name}: ${where}, two images that share a layer`, async () => {
      await using dir = await folder()
      const backend = await image('spacelift-backend:v3.0.0')
      const launcher = await image('spacelift-launcher:v3.0.0', { beginsWith: backend.layers[0] as Buffer })
      const { path, images } = await indexed(dir, await wrap(await form.write(backend, launcher)))
      for (const made of [backend, launcher]) {
        const found = await isTheImage(path, images, made)
        if (!form.hasManifest) continue
        const { digest: pushed, bytes } = manifestOf(found)
        assert.is(pushed, digest(bytes))
        assert.is(bytes.toString(), found.manifest?.text)
      }
    })

test('the same image in every form is the same image, whatever its config or its layers’ packing', async () => {
  await using dir = await folder()
  const made = await image('spacelift-backend:v3.0.0')
  const contents = new Set<string>()
  for (const form of forms) for (const { content } of (await indexed(dir, await form.write(made))).images) contents.add(content)
  assert.is(contents.size, 1)
})

test.run()
