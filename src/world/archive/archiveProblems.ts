import { ProblemError } from '../../values/problem.ts'

const DOWNLOAD_AGAIN = 'Download the release archive again and compare its checksum with the vendor’s (sha256sum FILE).'
const FORMATS =
  'Set images.archive to the self-hosted-VERSION.tar.gz from Spacelift, or to a tar that docker save, podman save, skopeo, crane or buildx wrote (docker-archive or oci-archive).'

function problem(code: string, summary: string, remedy: string, detail?: string): ProblemError {
  return new ProblemError({ code: `archive/${code}`, summary, remedy, ...(detail !== undefined && { detail }) })
}

export const unsafePath = (path: string, name: string) =>
  problem('unsafe-path', `${path} contains a path outside the archive: ${quoted(name)}.`, `Do not use this archive. ${DOWNLOAD_AGAIN}`)

export const tooManyEntries = (path: string, max: number) =>
  problem('too-many-entries', `${path} contains more than ${max} entries, so it is not a release archive.`, FORMATS)

export const noImages = (path: string) =>
  problem('no-images', `${path} contains no container images: no container-images/*.tar, no manifest.json and no oci-layout.`, FORMATS)

export const noManifest = (path: string, tar: string) =>
  problem('no-manifest', `${within(path, tar)} has neither manifest.json nor index.json: it contains no images.`, FORMATS)

export const badManifest = (path: string, tar: string, name: string, detail: string) =>
  problem('bad-manifest', `${quoted(name)} of ${within(path, tar)} is invalid.`, DOWNLOAD_AGAIN, detail)

export const unreadableLayer = (path: string, tar: string, name: string) =>
  problem(
    'unknown-layer',
    `${within(path, tar)}: the layer ${quoted(name)} cannot be decompressed: it is damaged, encrypted or in an unsupported format.`,
    'Save the image again with plain, gzip or zstd layers.',
  )

export const layerMismatch = (path: string, tar: string, name: string) =>
  problem(
    'wrong-digest',
    `${within(path, tar)}: the content of the layer ${quoted(name)} does not match the digest in the image’s config.`,
    DOWNLOAD_AGAIN,
  )

export const decompressionBomb = (path: string) =>
  problem(
    'swells',
    `${path} contains a decompression bomb: data that expands to more than 200 times its size.`,
    `Do not use this archive. ${DOWNLOAD_AGAIN}`,
  )

export const unsupportedCompression = (path: string, tar: string, compression: string) =>
  problem(
    'unsupported-compression',
    `${within(path, tar)} is compressed with ${compression}.`,
    `Decompress it first (${compression === 'xz' ? 'xz -d' : 'bunzip2'} FILE), or compress it with gzip or zstd.`,
  )

export const missingEntry = (path: string, tar: string, name: string) =>
  problem('missing-entry', `${within(path, tar)} refers to ${quoted(name)}, but does not contain it.`, DOWNLOAD_AGAIN)

export const duplicateEntry = (path: string, tar: string, name: string) =>
  problem(
    'duplicate-entry',
    `${within(path, tar)} contains ${quoted(name)} twice, with different content.`,
    `Do not use this archive. ${DOWNLOAD_AGAIN}`,
  )

export const wrongDigest = (path: string, tar: string, name: string) =>
  problem('wrong-digest', `${within(path, tar)}: the content of ${quoted(name)} does not match its digest.`, DOWNLOAD_AGAIN)

export const changedMeanwhile = (path: string) =>
  problem('changed-meanwhile', `${path} changed while it was read.`, 'Wait until it is completely written, then run the command again.')

export const otherBytes = (path: string, actual: string, declared: string) =>
  problem(
    'other-bytes',
    `${path} is not the archive of images.archiveSha256.`,
    DOWNLOAD_AGAIN,
    `declared: ${declared}\nfile:     ${actual}`,
  )

export const truncatedFile = (path: string) =>
  problem('truncated', `${path} is truncated: it was not completely written or downloaded.`, DOWNLOAD_AGAIN)

/** The problem for an error of a file, a gzip stream or a tar; passes on problems and aborts. */
export function readProblem(path: string, error: unknown): unknown {
  if (error instanceof ProblemError || !(error instanceof Error) || error.name === 'AbortError') return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT') return problem('not-found', `The file ${path} does not exist.`, FORMATS)
  if (code === 'EISDIR') return problem('not-an-archive', `${path} is a folder.`, FORMATS)
  if (code === 'EACCES' || code === 'EPERM')
    return problem('unreadable', `This user is not allowed to read ${path}.`, `Make it readable: chmod u+r ${path}`)
  if (code === 'Z_BUF_ERROR' || /Unexpected end of data|unexpected end of file/i.test(error.message)) return truncatedFile(path)
  if (/^Z(STD)?_/.test(code)) return problem('corrupt', `${path} is damaged: its compressed data cannot be read.`, DOWNLOAD_AGAIN)
  if (/Invalid (tar )?header|Header exceeds/.test(error.message))
    return problem('not-an-archive', `${path} is damaged or not a tar archive.`, `${FORMATS} If it is one: ${DOWNLOAD_AGAIN.toLowerCase()}`)
  return problem('unreadable', `${path} cannot be read${code ? ` (${code})` : ''}.`, 'Check the disk it is on, then run the command again.')
}

function within(path: string, tar: string): string {
  return tar === '' ? path : `${tar} in ${path}`
}

/** Names inside an archive are untrusted text: no control characters reach the terminal. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}
