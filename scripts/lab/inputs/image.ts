import { createCipheriv, createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'

/** One image as written by `docker save`, with generated content. The same request results in the same bytes. */
export type ImageRequest = { name: string; tag: string; bytes: number }

type Layer = { diffId: string; size: number; content(): Readable }

const chunkSize = 64 * 1024
// The modification time of every file, so that archives are reproducible.
const mtime = new Date('2025-01-01T00:00:00Z')

/** Writes the archive of one image, a few chunks in memory at a time. */
export async function writeImage(path: string, image: ImageRequest): Promise<void> {
  const shares = [0.5, 0.3, 0.2]
  const layers = await Promise.all(shares.map((share, i) => layer(`${image.name}/${i}`, Math.ceil(image.bytes * share))))
  const archive = pack()
  await Promise.all([fill(archive, image, layers), pipeline(archive, createWriteStream(path))])
}

async function fill(archive: Pack, image: ImageRequest, layers: Layer[]): Promise<void> {
  const config = JSON.stringify(imageConfig(image, layers))
  const Config = `${sha256(config)}.json`
  const Layers = layers.map(({ diffId }) => `${diffId}/layer.tar`)
  for (const [i, { size, content }] of layers.entries()) await addStream(archive, Layers[i] ?? '', size, content())
  archive.entry({ name: Config, mtime }, config)
  archive.entry({ name: 'manifest.json', mtime }, JSON.stringify([{ Config, RepoTags: [`${image.name}:${image.tag}`], Layers }]))
  archive.finalize()
}

function imageConfig(image: ImageRequest, layers: Layer[]) {
  return {
    architecture: 'amd64',
    os: 'linux',
    created: mtime.toISOString(),
    config: { Env: ['PATH=/usr/bin'], Entrypoint: ['/usr/bin/spacelift'], Labels: { 'org.opencontainers.image.title': image.name } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
    history: layers.map((_, i) => ({ created: mtime.toISOString(), created_by: `generated layer ${i}` })),
  }
}

// The layer is generated twice, for its digest and for the archive: cheaper than a copy on disk, and works for any size.
async function layer(seed: string, bytes: number): Promise<Layer> {
  const content = () => layerTar(seed, bytes)
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of content()) {
    hash.update(chunk as Buffer)
    size += (chunk as Buffer).length
  }
  return { diffId: hash.digest('hex'), size, content }
}

function layerTar(seed: string, bytes: number): Readable {
  const tar = pack()
  const file = addStream(tar, `opt/spacelift/${sha256(seed).slice(0, 12)}`, bytes, Readable.from(noise(seed, bytes)))
  file.then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  )
  // A Node Readable, because tar-stream has its own stream class.
  return Readable.from(tar)
}

// A key stream does not compress, like real programs, and is reproducible for any size.
function* noise(seed: string, bytes: number): Generator<Buffer> {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= chunkSize) yield stream.update(Buffer.alloc(Math.min(left, chunkSize)))
}

/** Adds a file of a known size with streamed content. */
export async function addStream(archive: Pack, name: string, size: number, content: Readable): Promise<void> {
  await pipeline(content, archive.entry({ name, size, mtime, mode: 0o644 }))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
