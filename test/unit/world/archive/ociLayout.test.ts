import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchiveIndex } from '../../../../src/installation/installation.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { digest, folder, image, manifest, ociBlob, problemOf, release, type TarEntry, type TestImage, tar } from './build.ts'
import { blobs, DOCKER, descriptor, INDEX, layoutOf, ociImage } from './oci.ts'

const ref = (name: string) => ({ 'org.opencontainers.image.ref.name': name })

async function indexed(entries: readonly TarEntry[], name = 'archive.tar'): Promise<ArchiveIndex> {
  await using dir = await folder()
  return await indexArchive(await dir.write(name, await tar(entries)), { cacheDir: dir.path })
}

const refused = (entries: readonly TarEntry[]) => problemOf(indexed(entries))
const named = ({ images }: ArchiveIndex) => images.map(({ tag, platform, config }) => [tag, platform, config.digest])

/** An index of several platforms. */
function severalPlatforms(images: readonly TestImage[], leftOut: readonly TestImage[] = []): TarEntry[] {
  const built = [...images, ...leftOut].map((image) => ({ image, ...ociImage(image) }))
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: built.map(({ descriptor }) => descriptor) })
  const there = built.filter(({ image }) => images.includes(image)).flatMap(({ entries }) => entries)
  return [...there, ...blobs(index), ...layoutOf([{ ...descriptor(INDEX, index), annotations: ref('a:1') }])]
}

test('an index contains an image for each platform', async () => {
  const [amd, arm] = [await image('a:1'), await image('a:1', { platform: 'linux/arm64' })]
  assert.equal(named(await indexed(severalPlatforms([amd, arm]))), [
    ['a:1', 'linux/amd64', amd.configDigest],
    ['a:1', 'linux/arm64', arm.configDigest],
  ])
})

test('platforms without content are left out; an index without any content is reported', async () => {
  const [amd, arm] = [await image('a:1'), await image('a:1', { platform: 'linux/arm64' })]
  assert.equal(named(await indexed(severalPlatforms([amd], [arm]))), [['a:1', 'linux/amd64', amd.configDigest]])
  assert.is((await refused(severalPlatforms([], [arm]))).code, 'archive/missing-entry')
})

test('docker since 25 lists further platforms only in its index', async () => {
  const [amd, arm] = [await image('a:1'), await image('a:1', { platform: 'linux/arm64' })]
  const gone = await image('b:1')
  const index = severalPlatforms([amd, arm]).filter(([name]) => name !== 'index.json')
  const rows = severalPlatforms([amd, arm]).find(([name]) => name === 'index.json')?.[1] as string
  const all = JSON.parse(rows) as { manifests: object[] }
  all.manifests.push(ociImage(gone).descriptor)
  const layers = JSON.parse(ociImage(amd).text) as { layers: { digest: string }[] }
  const saved = manifest([
    { Config: ociBlob(amd.config), RepoTags: ['a:1'], Layers: layers.layers.map((layer) => `blobs/${layer.digest.replace(':', '/')}`) },
  ])
  assert.equal(
    new Set(named(await indexed([...index, ['index.json', JSON.stringify(all)], saved])).map(String)),
    new Set([['a:1', 'linux/amd64', amd.configDigest].join(), ['a:1', 'linux/arm64', arm.configDigest].join()]),
  )
})

test('a bare tag gets the name of its tar, in a release archive and alone', async () => {
  const built = await image('x:1')
  const { entries, descriptor: row } = ociImage(built)
  const layout = [...entries, ...layoutOf([{ ...row, annotations: ref('v3.0.0') }])]
  for (const file of ['spacelift-backend.tar', 'spacelift-backend-v3.0.0.tar', 'spacelift-backend.tar.gz'])
    assert.is((await indexed(layout, file)).images[0]?.tag, 'spacelift-backend:v3.0.0')
  await using dir = await folder()
  const whole = await dir.write('any', await release({ 'spacelift-launcher.tar': await tar(layout) }))
  assert.is((await indexArchive(whole, { cacheDir: dir.path })).images[0]?.tag, 'spacelift-launcher:v3.0.0')
})

test('an image without a name and an entry that is not an image are left out', async () => {
  const built = ociImage(await image('a:1'))
  assert.equal((await indexed([...built.entries, ...layoutOf([built.descriptor])])).images, [])
  const chart = ociImage(await image('a:1'), undefined, 'application/vnd.cncf.helm.config.v1+json')
  assert.equal((await indexed([...chart.entries, ...layoutOf([{ ...chart.descriptor, annotations: ref('a:1') }])])).images, [])
})

test('the manifest is kept byte for byte, also in docker’s format', async () => {
  const built = ociImage(await image('a:1'), undefined, `${DOCKER}.container.image.v1+json`, `${DOCKER}.distribution.manifest.v2+json`)
  const [first] = (await indexed([...built.entries, ...layoutOf([{ ...built.descriptor, annotations: ref('a:1') }])])).images
  assert.equal(first?.manifest, { mediaType: `${DOCKER}.distribution.manifest.v2+json`, text: built.text })
  assert.is(first?.config.mediaType, `${DOCKER}.container.image.v1+json`)
})

type Row = { digest: string; size: number }

/** The layout of an image, with a changed row in the index or changed blobs. */
async function changedLayout(
  row: (original: Row) => Partial<Row>,
  change: (entries: TarEntry[]) => TarEntry[] = (entries) => entries,
): Promise<TarEntry[]> {
  const { entries, descriptor: own } = ociImage(await image('a:1'))
  return [...change(entries), ...layoutOf([{ ...own, annotations: ref('a:1'), ...row(own) }])]
}
const same = () => ({})

test('an inconsistent layout is refused: digests, sizes, missing blobs, layers that do not match the config', async () => {
  assert.is((await refused(await changedLayout(({ size }) => ({ size: size + 1 })))).code, 'archive/bad-manifest')
  assert.is((await refused(await changedLayout(() => ({ digest: digest('x') })))).code, 'archive/missing-entry')
  for (const lie of ['sha256:../../../etc/passwd', 'md5:0', '', 'sha256:ABC'])
    assert.is((await refused(await changedLayout(() => ({ digest: lie })))).code, 'archive/bad-manifest')
  for (const gone of [0, 1, 2, 3])
    assert.is((await refused(await changedLayout(same, (all) => all.filter((_, i) => i !== gone)))).code, 'archive/missing-entry')
  const swapped = await changedLayout(same, (entries) => entries.map((entry, i): TarEntry => (i === 1 ? [entry[0], 'other'] : entry)))
  assert.is((await refused(swapped)).code, 'archive/wrong-digest')
  const built = await image('a:1')
  const other = await image('b:1')
  const lying = ociImage({ ...built, layers: other.layers })
  const { code, summary } = await refused([...lying.entries, ...layoutOf([{ ...lying.descriptor, annotations: ref('a:1') }])])
  assert.is(code, 'archive/wrong-digest')
  assert.match(summary, 'the content of the layer')
})

test('an invalid index is reported with a detail', async () => {
  for (const [text, detail] of [
    ['[]', /list of manifests is missing/],
    ['{"manifests":[{}]}', /no sha256 digest/],
    ['{"manifests":', /not JSON/],
    [JSON.stringify({ manifests: Array.from({ length: 300 }, () => descriptor(INDEX, 'x')) }), /more than 256/],
  ] as const) {
    const problem = await refused([
      ['oci-layout', '{}'],
      ['index.json', text],
    ])
    assert.is(problem.code, 'archive/bad-manifest')
    assert.match(problem.detail ?? '', detail)
  }
})

test('indexes that are nested too deeply are refused', async () => {
  let at = ociImage(await image('a:1'))
  let entries = at.entries
  for (let depth = 0; depth < 3; depth++) {
    const text = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [at.descriptor] })
    entries = [...entries, ...blobs(text)]
    at = { ...at, descriptor: descriptor(INDEX, text) }
  }
  assert.match(
    (await refused([...entries, ...layoutOf([{ ...at.descriptor, annotations: ref('a:1') }])])).detail ?? '',
    /nested too deeply/,
  )
})

test.run()
