import { ProblemError } from '../../values/problem.ts'

const AGAIN = 'Download the release archive again and compare its checksum with the vendor’s (sha256sum FILE).'
const FORMS =
  'Set images.archive to the self-hosted-VERSION.tar.gz from Spacelift, or to a tar that docker save, podman save, skopeo, crane or buildx wrote (docker-archive or oci-archive).'

function problem(code: string, summary: string, remedy: string, detail?: string): ProblemError {
  return new ProblemError({ code: `archive/${code}`, summary, remedy, ...(detail !== undefined && { detail }) })
}

export const unsafePath = (path: string, name: string) =>
  problem('unsafe-path', `${path} holds a path that points out of the archive: ${show(name)}.`, `Do not use this archive. ${AGAIN}`)

export const tooManyEntries = (path: string, most: number) =>
  problem('too-many-entries', `${path} holds more than ${most} entries: it is no release archive.`, FORMS)

export const noImages = (path: string) =>
  problem(
    'no-images',
    `${path} holds no container images: there is no container-images/*.tar, no manifest.json and no oci-layout in it.`,
    FORMS,
  )

export const noManifest = (path: string, tar: string) =>
  problem('no-manifest', `${within(path, tar)} has neither manifest.json nor index.json: it holds no images.`, FORMS)

export const badManifest = (path: string, tar: string, name: string, detail: string) =>
  problem('bad-manifest', `${show(name)} of ${within(path, tar)} is not as it has to be.`, AGAIN, detail)

export const unknownLayer = (path: string, tar: string, name: string) =>
  problem(
    'unknown-layer',
    `${within(path, tar)}: the layer ${show(name)} cannot be unpacked: it is damaged, encrypted or packed in an unusual way.`,
    'Save the image again with plain, gzip or zstd layers.',
  )

export const wrongLayer = (path: string, tar: string, name: string) =>
  problem('wrong-digest', `${within(path, tar)}: what is packed in the layer ${show(name)} is not what the image’s config says.`, AGAIN)

export const decompressionBomb = (path: string) =>
  problem(
    'swells',
    `${path} holds compressed data that swells to more than two hundred times its size: it is made to do harm.`,
    `Do not use this archive. ${AGAIN}`,
  )

export const unsupportedCompression = (path: string, tar: string, packing: string) =>
  problem(
    'unsupported-compression',
    `${within(path, tar)} is compressed with ${packing}.`,
    `Unpack it first (${packing === 'xz' ? 'xz -d' : 'bunzip2'} FILE), or compress it with gzip or zstd.`,
  )

export const missingEntry = (path: string, tar: string, name: string) =>
  problem('missing-entry', `${within(path, tar)} names ${show(name)}, but does not hold it.`, AGAIN)

export const duplicateEntry = (path: string, tar: string, name: string) =>
  problem('duplicate-entry', `${within(path, tar)} holds ${show(name)} twice, with different content.`, `Do not use this archive. ${AGAIN}`)

export const wrongDigest = (path: string, tar: string, name: string) =>
  problem('wrong-digest', `${within(path, tar)}: the content of ${show(name)} is not what its digest says.`, AGAIN)

export const changedMeanwhile = (path: string) =>
  problem('changed-meanwhile', `${path} changed while it was read.`, 'Wait until it is written completely, then run the command again.')

export const otherBytes = (path: string, is: string, declared: string) =>
  problem('other-bytes', `${path} is not the archive that images.archiveSha256 names.`, AGAIN, `declared: ${declared}\nfile:     ${is}`)

export const truncatedFile = (path: string) =>
  problem('truncated', `${path} ends too early: it was not written or downloaded completely.`, AGAIN)

/** What reading a file, a gzip stream or a tar throws, in words; problems pass through, as does an abort. */
export function readProblem(path: string, error: unknown): unknown {
  if (error instanceof ProblemError || !(error instanceof Error) || error.name === 'AbortError') return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT') return problem('not-found', `There is no file ${path}.`, FORMS)
  if (code === 'EISDIR') return problem('not-an-archive', `${path} is a folder.`, FORMS)
  if (code === 'EACCES' || code === 'EPERM')
    return problem('unreadable', `${path} may not be read by this user.`, `Make it readable: chmod u+r ${path}`)
  if (code === 'Z_BUF_ERROR' || /Unexpected end of data|unexpected end of file/i.test(error.message)) return truncatedFile(path)
  if (/^Z(STD)?_/.test(code)) return problem('corrupt', `${path} is damaged: its compressed data cannot be read.`, AGAIN)
  if (/Invalid (tar )?header|Header exceeds/.test(error.message))
    return problem('not-an-archive', `${path} is damaged or not a tar archive.`, `${FORMS} If it is one: ${AGAIN.toLowerCase()}`)
  return problem('unreadable', `${path} cannot be read${code ? ` (${code})` : ''}.`, 'Check the disk it is on, then run the command again.')
}

function within(path: string, tar: string): string {
  return tar === '' ? path : `${tar} in ${path}`
}

/** Names inside an archive are foreign text: no control characters reach the terminal. */
function show(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)
}
