import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { classic, classicLayer, digest, hex, image, indexed, manifest, problemOf, release, type TarEntry, tar } from './build.ts'
import { header, octal } from './tarHeaders.ts'

const codeOf = async (bytes: Buffer): Promise<string> => (await problemOf(indexed(bytes))).code

test('a link and a file with the same name, or two different links, are refused', async () => {
  const built = classic(await image('a:1'))
  const name = built[0]?.[0] as string
  for (const extra of [
    [[name, 'symlink', 'elsewhere']],
    [
      ['l', 'symlink', 'a'],
      ['l', 'symlink', 'b'],
    ],
    [
      ['l', 'symlink', 'a'],
      ['l', 'link', 'a'],
    ],
    [
      ['l', 'symlink', 'a'],
      ['l', 'a file'],
    ],
  ] as TarEntry[][])
    assert.is(await codeOf(await tar([...built, ...extra])), 'archive/duplicate-entry')
})

test('two different image tars with the same name are refused', async () => {
  const [inner, other] = [await tar(classic(await image('a:1'))), await tar(classic(await image('a:1')))]
  const at = 'r/container-images/a.tar'
  assert.is(
    await codeOf(
      gzipSync(
        await tar([
          [at, inner],
          [at, other],
        ]),
      ),
    ),
    'archive/duplicate-entry',
  )
  assert.is(
    (
      await indexed(
        gzipSync(
          await tar([
            [at, inner],
            [at, inner],
          ]),
        ),
      )
    ).images.length,
    1,
  )
})

test('a manifest or config that is larger than registries accept is reported without being parsed', async () => {
  const built = await image('a:1')
  const large = ' '.repeat(5 * 1024 * 1024)
  const entries = classic(built).filter(([name]) => name !== 'manifest.json')
  assert.match(
    (await problemOf(indexed(await tar([...entries, ['manifest.json', `[${large}]`]])))).detail ?? '',
    /larger than any manifest/,
  )
  const config = built.config.replace('"history":[]', `"history":[],"x":"${large}"`)
  const own = { ...built, config, configDigest: digest(config) }
  assert.is(await codeOf(await tar(classic(own))), 'archive/bad-manifest')
})

test('too many images are refused', async () => {
  const built = await image('a:1')
  const row = { Config: `${hex(built.config)}.json`, RepoTags: ['a:1'], Layers: built.layers.map(classicLayer) }
  const entries = classic(built).filter(([name]) => name !== 'manifest.json')
  assert.match((await problemOf(indexed(await tar([...entries, manifest(Array(1000).fill(row))])))).detail ?? '', /more than 256/)
})

test('a decompression bomb is refused as archive, image tar and layer', async () => {
  // Two gigabytes of zeros, as consecutive gzip members.
  const nothing = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  const bomb = Buffer.concat(Array(32).fill(nothing))
  const file = header('zeros', { size: octal(2 ** 31) })
  const asTar = Buffer.concat([gzipSync(file), bomb])
  assert.is(await codeOf(asTar), 'archive/swells')
  assert.is(await codeOf(await release({ 'a.tar.gz': asTar })), 'archive/swells')
  assert.is(await codeOf(await tar([['layer.tar.gz', bomb], ...classic(await image('a:1'))])), 'archive/swells')
})

test('unsupported compressions are named, with the command to decompress', async () => {
  const xz = Buffer.concat([Buffer.from('fd377a585a000004', 'hex'), Buffer.alloc(600)])
  const bzip2 = Buffer.concat([Buffer.from('425a6839314159265359', 'hex'), Buffer.alloc(600)])
  for (const [bytes, remedy] of [
    [xz, /xz -d/],
    [bzip2, /bunzip2/],
  ] as const) {
    const problem = await problemOf(indexed(bytes))
    assert.is(problem.code, 'archive/unsupported-compression')
    assert.match(problem.remedy, remedy)
    assert.match((await problemOf(indexed(await release({ 'a.tar': bytes })))).summary, 'container-images/a.tar in ')
  }
})

test('a layer that cannot be decompressed is reported by name: damaged, truncated, or with trailing garbage', async () => {
  const built = await image('a:1', { layers: 1, bytes: 50_000 })
  const whole = gzipSync(built.layers[0] as Buffer)
  const broken = Buffer.from(whole)
  broken.fill(0, 1000, 1200)
  for (const layer of [broken, whole.subarray(0, 20_000), Buffer.concat([whole, Buffer.from('rubbish')])]) {
    const row = manifest([{ Config: 'c', RepoTags: ['a:1'], Layers: ['layer'] }])
    const { code, summary } = await problemOf(indexed(await tar([['layer', layer], ['c', built.config], row])))
    assert.is(code, 'archive/unknown-layer')
    assert.match(summary, '"layer"')
  }
})

test.run()
