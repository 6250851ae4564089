import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ArchivedImage, ArchiveIndex } from '../../installation/installation.ts'
import { noImages, noManifest } from './archiveProblems.ts'
import { dockerSaveImages } from './dockerSave.ts'
import { ImageTar } from './imageTar.ts'
import { ociLayoutImages } from './ociLayout.ts'
import { scan } from './scan.ts'

/** Reads the images of a whole archive. Throws a ProblemError or an error of the streams. */
export async function readArchive(path: string, signal?: AbortSignal): Promise<ArchiveIndex> {
  const tars = (await scan(path, signal)).map((scanned) => new ImageTar(path, scanned))
  // The top level of a release archive contains other files; it is an image tar only with a manifest.
  const withImages = tars.filter((tar) => tar.tar !== '' || tar.has('manifest.json') || tar.has('oci-layout'))
  if (withImages.length === 0) throw noImages(path)
  return { path, images: withImages.flatMap(imagesOf) }
}

/**
 * Docker since 25 writes both formats side by side, with all platforms only in the OCI layout: the layout comes first, since
 * it has the image's own manifest.
 */
function imagesOf(tar: ImageTar): ArchivedImage[] {
  const isSave = tar.has('manifest.json')
  const isLayout = tar.has('index.json')
  if (!isSave && !isLayout) throw noManifest(tar.path, tar.tar)
  const saved = isSave ? dockerSaveImages(tar) : []
  return [...(isLayout ? ociLayoutImages(tar, isSave) : []), ...saved]
}

/** SHA-256 (hex) of the file. Throws errors of the stream. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) })) hash.update(chunk)
  return hash.digest('hex')
}
