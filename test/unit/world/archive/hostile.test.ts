import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchiveIndex } from '../../../../src/installation/installation.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { classic, classicLayer, digest, folder, hex, image, manifest, problemOf, release, type TarEntry, tar } from './build.ts'

const END = Buffer.alloc(1024)

async function indexed(bytes: Buffer): Promise<ArchiveIndex> {
  await using dir = await folder()
  return await indexArchive(await dir.write('archive', bytes), { cacheDir: dir.path })
}

const codeOf = async (bytes: Buffer): Promise<string> => (await problemOf(indexed(bytes))).code

/** A header with forged fields and a correct checksum. */
function header(name: string, { size = '0', type = '0', linkname = '' } = {}): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100)
  block.write('0000644\0', 100)
  block.write(`${size.padStart(11, '0')}\0`, 124, 'latin1')
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(linkname, 157, 100)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const padded = (content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content)
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
const octal = (size: number): string => size.toString(8)
const paxOf = (fields: { [key: string]: string }): Buffer => {
  const text = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const length = rest.length + String(rest.length + 2).length
    return `${length}${rest}`
  })
  const body = text.join('')
  return Buffer.concat([header('PaxHeader', { size: octal(body.length), type: 'x' }), padded(body)])
}

/** A tar of an image whose first layer's entry is forged. */
async function withLayer(write: (name: string, layer: Buffer) => Buffer): Promise<Buffer> {
  const built = await image('a:1')
  const [first, second] = built.layers as [Buffer, Buffer]
  const row = manifest([{ Config: `${hex(built.config)}.json`, RepoTags: ['a:1'], Layers: [classicLayer(first), classicLayer(second)] }])
  const rest = await tar([[classicLayer(second), second], [`${hex(built.config)}.json`, built.config], row])
  return Buffer.concat([write(classicLayer(first), first), rest])
}

test('long names in PAX and GNU headers are read', async () => {
  const long = `${'d'.repeat(150)}/layer.tar`
  const built = await image('a:1', { layers: 1 })
  const [layer] = built.layers as [Buffer]
  const rest = await tar([['c', built.config], manifest([{ Config: 'c', RepoTags: ['a:1'], Layers: [long] }])])
  const file = Buffer.concat([header('short', { size: octal(layer.length) }), padded(layer)])
  const gnu = Buffer.concat([header('././@LongLink', { size: octal(long.length + 1), type: 'L' }), padded(`${long}\0`), file])
  for (const first of [Buffer.concat([paxOf({ path: long }), file]), gnu])
    assert.is((await indexed(Buffer.concat([first, rest]))).images[0]?.layers[0]?.entry, long)
})

test('an endless name, and a path outside the archive in a PAX header, are refused', async () => {
  const rest = await tar(classic(await image('a:1')))
  for (const path of ['n'.repeat(5000), '../evil', '/etc/passwd', 'a/../../b'])
    assert.is(await codeOf(Buffer.concat([paxOf({ path }), header('fine'), rest])), 'archive/unsafe-path')
})

test('impossible sizes are refused', async () => {
  const rest = await tar(classic(await image('a:1')))
  for (const first of [
    header('x', { size: '-0000000001' }),
    header('x', { size: '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' }),
    Buffer.concat([paxOf({ size: '-5' }), header('x')]),
    header('x', { size: '77777777777' }),
    Buffer.concat([paxOf({ size: '99999999999999999999' }), header('x')]),
  ])
    assert.match(await codeOf(Buffer.concat([first, rest])), /^archive\/(not-an-archive|truncated)$/)
})

test('an oversized PAX header is refused', async () => {
  assert.is(await codeOf(Buffer.concat([header('PaxHeader', { size: octal(2 ** 30), type: 'x' }), END])), 'archive/not-an-archive')
})

test('a sparse file is refused as a layer', async () => {
  const gnu = await withLayer((name, layer) => Buffer.concat([header(name, { size: octal(layer.length), type: 'S' }), padded(layer)]))
  assert.is(await codeOf(gnu), 'archive/missing-entry')
  const pax = await withLayer((name, layer) => {
    const map = padded(`1\n0\n${layer.length}\n`)
    const fields = {
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': name,
      'GNU.sparse.realsize': String(layer.length),
    }
    return Buffer.concat([paxOf(fields), header('GNUSparseFile.0/layer', { size: octal(map.length + layer.length) }), map, padded(layer)])
  })
  assert.is(await codeOf(pax), 'archive/missing-entry')
})

test('devices, folders and fifos are refused as layers', async () => {
  for (const type of ['3', '4', '5', '6'])
    assert.is(await codeOf(await withLayer((name) => header(name, { type }))), 'archive/missing-entry')
})

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
