import { chmod, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchiveIndex } from '../../../../src/installation/installation.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import {
  classic,
  classicLayer,
  digest,
  type Folder,
  folder,
  hex,
  image,
  indexed,
  layout,
  manifest,
  problemOf,
  release,
  type TarEntry,
  type TestImage,
  tar,
} from './build.ts'

const TAR = 'application/vnd.oci.image.layer.v1.tar'

const index = (dir: Folder, path: string, sha256?: string): Promise<ArchiveIndex> =>
  indexArchive(path, { cacheDir: join(dir.path, 'cache'), ...(sha256 !== undefined && { sha256 }) })

function same(index: ArchiveIndex, tarName: string, built: TestImage): void {
  const indexed = index.images.find((image) => image.tag === built.tags[0])
  assert.is(indexed?.config.digest, built.configDigest)
  assert.is(indexed?.config.tar, tarName)
  assert.equal(
    indexed?.layers.map((l) => l.digest),
    built.layers.map(digest),
  )
  assert.equal(
    indexed?.layers.map((l) => l.size),
    built.layers.map((l) => l.length),
  )
}

test('a release archive contains the images of its docker-save tars', async () => {
  const [backend, launcher] = [
    await image('spacelift-backend:v3.0.0'),
    await image('spacelift-launcher:v3.0.0', { platform: 'linux/arm64' }),
  ]
  const index = await indexed(
    await release({ 'spacelift-launcher.tar': await tar(classic(launcher)), 'spacelift-backend.tar': await tar(layout(backend)) }),
  )
  same(index, 'self-hosted-v3.0.0/container-images/spacelift-backend.tar', backend)
  same(index, 'self-hosted-v3.0.0/container-images/spacelift-launcher.tar', launcher)
  assert.equal(
    index.images.map(({ tag, platform }) => [tag, platform]),
    [
      ['spacelift-launcher:v3.0.0', 'linux/arm64'],
      ['spacelift-backend:v3.0.0', 'linux/amd64'],
    ],
  )
})

for (const [form, write] of [
  ['docker before 25', classic],
  ['docker since 25', layout],
] as const)
  for (const packed of [false, true])
    test(`a ${form} tar is read as an archive${packed ? ', gzipped' : ''}, with several images and tags`, async () => {
      const [a, b] = [await image('spacelift-backend:v3.0.0'), await image('spacelift-launcher:v3.0.0')]
      const bytes = await tar(write({ ...a, tags: [...a.tags, 'other:1'] }, b))
      const index = await indexed(packed ? gzipSync(bytes) : bytes)
      same(index, '', a)
      same(index, '', b)
      assert.equal(
        index.images.map(({ tag }) => tag),
        ['spacelift-backend:v3.0.0', 'other:1', 'spacelift-launcher:v3.0.0'],
      )
    })

test('image tars may be gzipped, and names may begin with ./', async () => {
  const built = await image('a:1')
  const inner = gzipSync(await tar(classic(built).map(([name, ...rest]) => [`./${name}`, ...rest] as unknown as TarEntry)))
  same(await indexed(await tar([['./r/container-images/a.tar.gz', inner]])), 'r/container-images/a.tar.gz', built)
})

test('the compression of a layer is detected by its first bytes', async () => {
  const built = await image('a:1')
  const zipped = gzipSync(built.layers[1] as Buffer)
  const index = await indexed(
    await tar([
      ['one', built.layers[0] as Buffer],
      ['two.tar', zipped],
      ['config', built.config],
      manifest([{ Config: 'config', RepoTags: ['a:1'], Layers: ['one', 'two.tar'] }]),
    ]),
  )
  assert.equal(
    index.images[0]?.layers.map((l) => [l.mediaType, l.digest]),
    [
      [TAR, digest(built.layers[0] as Buffer)],
      [`${TAR}+gzip`, digest(zipped)],
    ],
  )
})

test('symbolic links (relative to their folder) and hard links (relative to the archive) are followed, also when the layer comes later', async () => {
  const built = await image('a:1')
  const [first, second] = built.layers as [Buffer, Buffer]
  const index = await indexed(
    await tar([
      ['old/layer.tar', 'symlink', `../${classicLayer(first)}`],
      [classicLayer(first), first],
      [classicLayer(second), second],
      ['hard/layer.tar', 'link', classicLayer(second)],
      ['soft/layer.tar', 'symlink', '../hard/layer.tar'],
      ['c.json', built.config],
      manifest([{ Config: 'c.json', RepoTags: ['a:1'], Layers: ['old/layer.tar', 'soft/layer.tar'] }]),
    ]),
  )
  assert.equal(
    index.images[0]?.layers.map((l) => [l.entry, l.digest]),
    [
      [classicLayer(first), digest(first)],
      [classicLayer(second), digest(second)],
    ],
  )
})

test('an image without a tag is left out', async () => {
  const built = await image('a:1')
  assert.equal((await indexed(await tar(classic({ ...built, tags: null as unknown as string[] })))).images, [])
})

test('a declared SHA-256 is checked, also for a cached index', async () => {
  await using dir = await folder()
  const bytes = await tar(classic(await image('a:1')))
  const path = await dir.write('a.tar', bytes)
  await index(dir, path)
  for (let time = 0; time < 2; time++) {
    assert.is((await index(dir, path, hex(bytes))).images.length, 1)
    assert.is((await problemOf(index(dir, path, hex('other')))).code, 'archive/other-bytes')
  }
})

test('an archive is read once: its index is cached until path, size, time or inode differ', async () => {
  await using dir = await folder()
  const path = await dir.write('a.tar', await tar(classic(await image('a:1'))))
  const first = await index(dir, path)
  const [name = ''] = await readdir(join(dir.path, 'cache'))
  const cached = join(dir.path, 'cache', name)
  await writeFile(cached, (await readFile(cached, 'utf8')).replace('"a:1"', '"from-cache:1"'))
  assert.is((await index(dir, path)).images[0]?.tag, 'from-cache:1')
  await utimes(path, new Date(), new Date(5000))
  assert.equal(await index(dir, path), first)
})

test('an unusable cache is not an error: truncated, in another format, or not writable', async () => {
  await using dir = await folder()
  const path = await dir.write('a.tar', await tar(classic(await image('a:1'))))
  const first = await index(dir, path)
  const [name = ''] = await readdir(join(dir.path, 'cache'))
  for (const torn of ['', '{"format":1,', '{"format":0}', 'null', '{"format":1,"of":{},"index":{"path":"x","images":[{}]}}']) {
    await writeFile(join(dir.path, 'cache', name), torn)
    assert.equal(await index(dir, path), first)
  }
  await chmod(join(dir.path, 'cache'), 0o500)
  await utimes(path, new Date(), new Date(5000))
  assert.equal(await index(dir, path), first)
  await chmod(join(dir.path, 'cache'), 0o700)
  assert.equal(await indexArchive(path, { cacheDir: join(path, 'below-a-file') }), first)
})

test.run()
