import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { classic, classicLayer, hex, image, indexed, manifest, problemOf, tar } from './build.ts'
import { header, octal, padded, paxOf } from './tarHeaders.ts'

const END = Buffer.alloc(1024)

const codeOf = async (bytes: Buffer): Promise<string> => (await problemOf(indexed(bytes))).code

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

test.run()
