import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import type { ArchiveIndex } from '../../../../src/installation/installation.ts'
import { type Problem, ProblemError } from '../../../../src/values/problem.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'

/** A file with content, or a link to a target. */
export type TarEntry = readonly [name: string, content: string | Buffer] | readonly [name: string, link: 'symlink' | 'link', target: string]

/** The bytes of a tar with these entries, in this order, duplicates included. */
export async function tar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack()
  for (const [name, content, target] of entries)
    if (target !== undefined) archive.entry({ name, type: content as 'symlink', linkname: target })
    else archive.entry({ name }, content as Buffer)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export type TestImage = {
  readonly tags: readonly string[]
  readonly layers: readonly Buffer[]
  readonly config: string
  readonly configDigest: string
}

type ImageOptions = { layers?: number; platform?: string; bytes?: number; beginsWith?: Buffer | readonly Buffer[] }

/** An image with made-up layers; a config as docker writes it. */
export async function image(tag: string, options: ImageOptions = {}): Promise<TestImage> {
  const { layers = 2, platform = 'linux/amd64', bytes = 1500, beginsWith = [] } = options
  const own = await Promise.all(Array.from({ length: layers }, (_, i) => tar([[`opt/${tag}/${i}`, randomBytes(bytes)]])))
  const built = [...[beginsWith].flat(), ...own]
  const [os, architecture] = platform.split('/')
  const config = JSON.stringify({ os, architecture, config: {}, rootfs: { type: 'layers', diff_ids: built.map(digest) }, history: [] })
  return { tags: [tag], layers: built, config, configDigest: digest(config) }
}

/** docker save before 25: a folder per layer, uncompressed layers, the config named by its digest. */
export function classic(...images: readonly TestImage[]): TarEntry[] {
  const layers = images.flatMap((image) => image.layers.map((layer): TarEntry => [classicLayer(layer), layer]))
  const configs = images.map((image): TarEntry => [`${hex(image.config)}.json`, image.config])
  return [
    ...layers,
    ...configs,
    manifest(
      images.map((image) => ({ Config: `${hex(image.config)}.json`, RepoTags: image.tags, Layers: image.layers.map(classicLayer) })),
    ),
  ]
}

/** docker save since 25: an OCI layout with a manifest.json beside it. */
export function layout(...images: readonly TestImage[]): TarEntry[] {
  const blobs = images.flatMap((image) => [...image.layers, image.config]).map((blob): TarEntry => [ociBlob(blob), blob])
  const rows = images.map((image) => ({ Config: ociBlob(image.config), RepoTags: image.tags, Layers: image.layers.map(ociBlob) }))
  return [...blobs, ['index.json', '{"schemaVersion":2,"manifests":[]}'], manifest(rows), ['oci-layout', '{"imageLayoutVersion":"1.0.0"}']]
}

export const manifest = (rows: readonly unknown[]): TarEntry => ['manifest.json', JSON.stringify(rows)]
export const classicLayer = (layer: Buffer): string => `${hex(layer)}/layer.tar`
export const ociBlob = (blob: Buffer | string): string => `blobs/sha256/${hex(blob)}`

/** The release archive of the guide around image tars, by file name. */
export async function release(tars: { readonly [name: string]: Buffer }, version = 'v3.0.0'): Promise<Buffer> {
  const root = `self-hosted-${version}`
  const images = Object.entries(tars).map(([name, bytes]): TarEntry => [`${root}/container-images/${name}`, bytes])
  return gzipSync(await tar([[`${root}/README.md`, '# Spacelift'], ...images, [`${root}/bin/spacelift-launcher`, randomBytes(3000)]]))
}

export const hex = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
export const digest = (bytes: Buffer | string): string => `sha256:${hex(bytes)}`

export type Folder = {
  readonly path: string
  write(name: string, bytes: Buffer | string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** A folder that is removed after the test. */
export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'groundcrew-archive-'))
  const write = async (name: string, bytes: Buffer | string) => {
    await writeFile(join(path, name), bytes)
    return join(path, name)
  }
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The index of an archive with these bytes. */
export async function indexed(bytes: Buffer): Promise<ArchiveIndex> {
  await using dir = await folder()
  return await indexArchive(await dir.write('archive', bytes), { cacheDir: join(dir.path, 'cache') })
}

/** The first problem of reading an archive. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => new Error('there was no problem'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ProblemError)) throw error
  return error.problems[0] as Problem
}
