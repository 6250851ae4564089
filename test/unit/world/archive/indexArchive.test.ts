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

async function indexed(bytes: Buffer): Promise<ArchiveIndex> {
  await using dir = await folder()
  return await index(dir, await dir.write('archive', bytes))
}

const refused = async (entries: readonly TarEntry[]) => problemOf(indexed(await tar(entries)))

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

test('an archive that is cut at any point is reported as truncated or damaged', async () => {
  const whole = await release({ 'a.tar': await tar(classic(await image('a:1', { bytes: 60_000 }))) })
  for (const part of [0.2, 0.5, 0.9, 0.999]) {
    const { code } = await problemOf(indexed(whole.subarray(0, Math.floor(whole.length * part))))
    assert.is(code, 'archive/truncated', `cut at ${part}`)
  }
  const plain = await tar(classic(await image('a:1')))
  assert.is((await problemOf(indexed(plain.subarray(0, 2100)))).code, 'archive/truncated')
})

test('damaged compressed data is reported', async () => {
  const whole = Buffer.from(await release({ 'a.tar': await tar(classic(await image('a:1', { bytes: 60_000 }))) }))
  whole.fill(0xff, 20_000, 20_400)
  assert.match((await problemOf(indexed(whole))).code, /^archive\/(corrupt|wrong-digest)$/)
})

test('a file that is not an archive is reported', async () => {
  await using dir = await folder()
  assert.is((await problemOf(index(dir, await dir.write('x', 'hello '.repeat(500))))).code, 'archive/not-an-archive')
  assert.is((await problemOf(index(dir, await dir.write('x', gzipSync('hello '.repeat(500)))))).code, 'archive/not-an-archive')
  assert.is((await problemOf(index(dir, await dir.write('x', '')))).code, 'archive/no-images')
  assert.is((await problemOf(index(dir, dir.path))).code, 'archive/not-an-archive')
  assert.is((await problemOf(index(dir, join(dir.path, 'nowhere')))).code, 'archive/not-found')
})

test('a tar without images and an image tar without manifest.json have their own problems', async () => {
  assert.is((await refused([['readme', 'hello']])).code, 'archive/no-images')
  const { code, summary } = await refused([['r/container-images/a.tar', await tar([['oci-layout', '{}']])]])
  assert.is(code, 'archive/no-manifest')
  assert.match(summary, 'r/container-images/a.tar in ')
})

test('a missing layer or config is reported by name', async () => {
  const built = await image('a:1')
  for (const missing of [classicLayer(built.layers[1] as Buffer), `${hex(built.config)}.json`]) {
    const { code, summary } = await refused(classic(built).filter(([name]) => name !== missing))
    assert.is(code, 'archive/missing-entry')
    assert.match(summary, missing)
  }
})

test('content that does not match its digest is refused', async () => {
  const built = await image('a:1')
  const other = (await image('b:1')).layers[0] as Buffer
  const swapped = (entries: TarEntry[]) => entries.map((e): TarEntry => (e[1] === built.layers[0] ? [e[0], other] : e))
  assert.is((await refused(swapped(classic(built)))).code, 'archive/wrong-digest')
  assert.is((await refused(swapped(layout(built)))).code, 'archive/wrong-digest')
  const config = classic(built).map((e): TarEntry => (e[1] === built.config ? [e[0], built.config.replace('history', 'History')] : e))
  assert.is((await refused(config)).code, 'archive/wrong-digest')
})

test('an invalid manifest is reported with a detail', async () => {
  const built = await image('a:1')
  const with_ = (row: unknown) => [...classic(built).filter(([name]) => name !== 'manifest.json'), row as TarEntry]
  const config = `${hex(built.config)}.json`
  for (const [row, detail] of [
    [['manifest.json', '[{'], /not JSON/],
    [['manifest.json', '{}'], /not a list/],
    [manifest([{ Config: config }]), /Layers/],
    [manifest([{ Config: config, Layers: [classicLayer(built.layers[0] as Buffer)] }]), /^1 layers, but 2 in/],
    [manifest([{ Config: classicLayer(built.layers[0] as Buffer), Layers: [] }]), /os, architecture/],
  ] as const) {
    const problem = await refused(with_(row))
    assert.is(problem.code, 'archive/bad-manifest')
    assert.match(problem.detail ?? '', detail)
  }
})

test('paths outside the archive are refused: entries, links and names in the manifest', async () => {
  const built = await image('a:1')
  const layers = built.layers.map(classicLayer)
  const named = (name: string): TarEntry[] => [
    ...classic(built).filter(([entry]) => entry !== 'manifest.json'),
    manifest([{ Config: `${hex(built.config)}.json`, RepoTags: ['a:1'], Layers: [name, layers[1]] }]),
  ]
  assert.is((await refused([['../evil', 'x'], ...classic(built)])).code, 'archive/unsafe-path')
  assert.is((await refused([['a/../../evil', 'x'], ...classic(built)])).code, 'archive/unsafe-path')
  assert.is((await refused(named('../../etc/passwd'))).code, 'archive/unsafe-path')
  assert.is((await refused(named('/etc/passwd'))).code, 'archive/unsafe-path')
  assert.is((await refused([['l/layer.tar', 'symlink', '../../etc/passwd'], ...named('l/layer.tar')])).code, 'archive/unsafe-path')
  assert.is((await refused([['l/layer.tar', 'symlink', '/etc/passwd'], ...named('l/layer.tar')])).code, 'archive/unsafe-path')
})

test('circular links are refused', async () => {
  const built = await image('a:1')
  const rest = classic(built).filter(([name]) => name !== 'manifest.json')
  const row = manifest([{ Config: `${hex(built.config)}.json`, RepoTags: ['a:1'], Layers: ['a', 'b'] }])
  assert.is((await refused([['a', 'symlink', 'b'], ['b', 'symlink', 'a'], ...rest, row])).code, 'archive/missing-entry')
})

test('a name with two contents is refused, the same file twice is accepted', async () => {
  const built = await image('a:1')
  same(await indexed(await tar([...classic(built), ...classic(built)])), '', built)
  assert.is((await refused([...classic(built), ['manifest.json', '[]']])).code, 'archive/duplicate-entry')
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
