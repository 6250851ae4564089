import { ProblemError } from '../../values/problem.ts'

const AGAIN = 'Download the release archive again and compare its checksum with the vendor’s (sha256sum FILE).'
const FORMS = 'Set images.archive to the self-hosted-VERSION.tar.gz from Spacelift, or to a tar that docker save wrote.'

function problem(code: string, summary: string, remedy: string, detail?: string): ProblemError {
  return new ProblemError({ code: `archive/${code}`, summary, remedy, ...(detail !== undefined && { detail }) })
}

export const unsafePath = (path: string, name: string) =>
  problem('unsafe-path', `${path} holds a path that points out of the archive: ${show(name)}.`, `Do not use this archive. ${AGAIN}`)

export const tooManyEntries = (path: string, most: number) =>
  problem('too-many-entries', `${path} holds more than ${most} entries: it is no release archive.`, FORMS)

export const noImages = (path: string) =>
  problem('no-images', `${path} holds no container images: there is no container-images/*.tar and no manifest.json in it.`, FORMS)

export const noManifest = (path: string, tar: string) =>
  problem('no-manifest', `${within(path, tar)} has no manifest.json: it is not what docker save writes.`, FORMS)

export const badManifest = (path: string, tar: string, detail: string) =>
  problem('bad-manifest', `The manifest.json of ${within(path, tar)} cannot be read.`, AGAIN, detail)

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

/** What reading a file, a gzip stream or a tar throws, in words; problems pass through, as does an abort. */
export function readProblem(path: string, error: unknown): unknown {
  if (error instanceof ProblemError || !(error instanceof Error) || error.name === 'AbortError') return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT') return problem('not-found', `There is no file ${path}.`, FORMS)
  if (code === 'EISDIR') return problem('not-an-archive', `${path} is a folder.`, FORMS)
  if (code === 'EACCES' || code === 'EPERM')
    return problem('unreadable', `${path} may not be read by this user.`, `Make it readable: chmod u+r ${path}`)
  if (code === 'Z_BUF_ERROR' || /Unexpected end of data|unexpected end of file/i.test(error.message))
    return problem('truncated', `${path} ends too early: it was not written or downloaded completely.`, AGAIN)
  if (code.startsWith('Z_')) return problem('corrupt', `${path} is damaged: its compressed data cannot be read.`, AGAIN)
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
