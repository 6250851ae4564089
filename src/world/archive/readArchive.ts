import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ArchiveIndex } from '../../installation/installation.ts'
import { imagesOf } from './dockerSave.ts'
import { noImages } from './problems.ts'
import { scan } from './scan.ts'

/** Reads a whole archive for its images. Throws a ProblemError or what the streams throw. */
export async function readArchive(path: string, signal?: AbortSignal): Promise<ArchiveIndex> {
  const tars = await scan(path, signal)
  // The release archive's own level holds other files besides the image tars; it is an image tar only with a manifest.
  const withImages = tars.filter(({ tar, files }) => tar !== '' || files.has('manifest.json'))
  if (withImages.length === 0) throw noImages(path)
  return { path, images: withImages.flatMap((tar) => imagesOf(path, tar)) }
}

/** SHA-256 (hex) of the file as it is. Throws what the stream throws. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) })) hash.update(chunk)
  return hash.digest('hex')
}
