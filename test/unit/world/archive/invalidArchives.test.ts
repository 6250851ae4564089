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

const index = (dir: Folder, path: string, sha256?: string): Promise<ArchiveIndex> =>
  indexArchive(path, { cacheDir: join(dir.path, 'cache'), ...(sha256 !== undefined && { sha256 }) })

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

test.run()
