import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { addStream, writeImage } from './image.ts'

/** Writes `self-hosted-VERSION.tar.gz` as described in the guide: two docker-save archives of generated images. */
export async function writeReleaseArchive(path: string, version: string, imageBytes: number): Promise<void> {
  const work = await mkdtemp(join(dirname(path), '.images-'))
  try {
    const names = ['spacelift-launcher', 'spacelift-backend']
    await Promise.all(names.map((name) => writeImage(join(work, `${name}.tar`), { name, tag: version, bytes: imageBytes })))
    await bundle(
      join(work, 'bundle'),
      `self-hosted-${version}/container-images`,
      names.map((name) => join(work, `${name}.tar`)),
    )
    await rename(join(work, 'bundle'), path)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function bundle(path: string, folder: string, tars: string[]): Promise<void> {
  const archive = pack()
  const fill = async () => {
    for (const tar of tars) {
      const { size } = await stat(tar)
      await addStream(archive, `${folder}/${tar.slice(tar.lastIndexOf('/') + 1)}`, size, createReadStream(tar))
    }
    archive.finalize()
  }
  // Level 1: the content does not compress, and a large image would take minutes.
  await Promise.all([fill(), pipeline(archive, createGzip({ level: 1 }), createWriteStream(path))])
}
