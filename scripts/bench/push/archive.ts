import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { addStream } from '../../lab/inputs/image.ts'

/** A docker-save tar with gzipped layers, as docker with containerd's store writes it: groundcrew and crane send them unchanged. */
export type SavedArchive = { readonly path: string; readonly bytes: number; readonly layers: readonly string[] }

const SHARES = [0.5, 0.3, 0.2]
const CHUNK = 64 * 1024

/** Random content that does not compress; the same seeds and sizes result in the same archive. One seed per layer. */
export async function writeSavedArchive({ path, bytes, layers }: SavedArchive): Promise<void> {
  const work = await mkdtemp(join(dirname(path), '.layers-'))
  try {
    const written = await Promise.all(layers.map((seed, i) => layer(join(work, String(i)), seed, Math.round(bytes * (SHARES[i] ?? 0)))))
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: written.map(({ diffId }) => diffId) },
      history: [],
    })
    const archive = pack()
    await Promise.all([fill(archive, config, written), pipeline(archive, createWriteStream(path))])
  } finally {
    await rm(work, { recursive: true })
  }
}

/** The same archive, compressed with gzip; returns its path. */
export async function writeCompressed({ path }: SavedArchive): Promise<string> {
  await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(`${path}.gz`))
  return `${path}.gz`
}

type Layer = { file: string; digest: string; diffId: string }

async function fill(archive: Pack, config: string, layers: readonly Layer[]): Promise<void> {
  const Config = `blobs/sha256/${createHash('sha256').update(config).digest('hex')}`
  const Layers = layers.map(({ digest }) => `blobs/sha256/${digest}`)
  for (const [i, { file }] of layers.entries()) await addStream(archive, Layers[i] ?? '', (await stat(file)).size, createReadStream(file))
  archive.entry({ name: Config }, config)
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config, RepoTags: ['spacelift-backend:v3.0.0'], Layers }]))
  archive.finalize()
}

async function layer(file: string, seed: string, bytes: number): Promise<Layer> {
  const tar = pack()
  const filled = addStream(tar, `opt/${seed}`, bytes, Readable.from(noise(seed, bytes))).then(() => tar.finalize())
  const [plain, packed] = [createHash('sha256'), createHash('sha256')]
  await Promise.all([
    filled,
    pipeline(Readable.from(tar), hashStream(plain), createGzip({ level: 1 }), hashStream(packed), createWriteStream(file)),
  ])
  return { file, digest: packed.digest('hex'), diffId: `sha256:${plain.digest('hex')}` }
}

function hashStream(hash: ReturnType<typeof createHash>): Transform {
  return new Transform({
    transform(chunk, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
}

function* noise(seed: string, bytes: number): Generator<Buffer> {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(seed).digest(), Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= CHUNK) yield stream.update(Buffer.alloc(Math.min(left, CHUNK)))
}
