import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { streamBlobs } from '../archive/streamBlobs.ts'
import type { LiveImage, PushImage } from '../ports/registry.ts'
import type { RegistryHost } from './host.ts'
import { manifestOf } from './manifest.ts'
import { errorCode, leavesHost, lies, refused } from './problems.ts'
import { Progress } from './progress.ts'

const MOST_PASSES = 4
const FIRST_WAIT_MS = 500

/** Sends what is missing, then moves the tag; see the port. A cut upload is repaired by another pass over the archive. */
export async function pushImage(host: RegistryHost, it: PushImage): Promise<LiveImage> {
  const blobs = [...new Map([it.image.config, ...it.image.layers].map((blob) => [blob.digest, blob])).values()]
  let missing = await missingOf(host, it, blobs)
  const progress = new Progress(blobs.length, missing, it.onProgress)
  for (let pass = 1; missing.length > 0; pass++) {
    const failures = await sendAll(host, it, missing, progress)
    if (failures.length === 0) break
    if (pass === MOST_PASSES) throw failures[0]
    await sleep(FIRST_WAIT_MS * 4 ** (pass - 1), undefined, { signal: it.signal })
    missing = await missingOf(host, it, missing)
  }
  return moveTag(host, it)
}

async function missingOf(host: RegistryHost, it: PushImage, blobs: readonly ArchivedBlob[]): Promise<ArchivedBlob[]> {
  const there = await Promise.all(blobs.map((blob) => isThere(host, it, blob)))
  return blobs.filter((_, i) => !there[i])
}

async function isThere(host: RegistryHost, { repository: { path }, signal }: PushImage, { digest }: ArchivedBlob): Promise<boolean> {
  const reply = await host.ask({ method: 'HEAD', path: `/v2/${path}/blobs/${digest}`, repository: path, right: 'pull,push', signal })
  if (reply.status === 200) return true
  // An answer to HEAD has no body to prove it with; a wrong "missing" costs an upload, no more.
  if (reply.status === 404) return false
  throw new ProblemError(refused(host, `push to ${path}`, reply))
}

/** One pass over the archive. The failures that another pass may mend; all others are thrown. */
async function sendAll(host: RegistryHost, it: PushImage, missing: readonly ArchivedBlob[], progress: Progress): Promise<ProblemError[]> {
  const failures: ProblemError[] = []
  const send = async (blob: ArchivedBlob, content: Readable) => {
    try {
      await sendBlob(host, it, blob, progress.watch(blob, content))
      progress.arrived(blob)
    } catch (error) {
      progress.lost(blob)
      if (!(error instanceof ProblemError) || !isPassing(error) || it.signal.aborted) throw error
      failures.push(error)
    }
  }
  await streamBlobs(it.archive, missing, send, it.signal)
  return failures
}

const PASSING = /^registry\/(broken-connection|unreachable|refused-connection|silent|server-error|too-many-requests|cut-upload)$/

function isPassing(error: ProblemError): boolean {
  return error.problems.every((one) => PASSING.test(one.code))
}

async function sendBlob(host: RegistryHost, it: PushImage, { digest, size }: ArchivedBlob, content: Readable): Promise<void> {
  const { path } = it.repository
  await it.beforeWrite()
  const begun = await host.ask({
    method: 'POST',
    path: `/v2/${path}/blobs/uploads/`,
    repository: path,
    right: 'pull,push',
    headers: { 'content-length': '0' },
    signal: it.signal,
  })
  if (begun.status !== 202) throw new ProblemError(refused(host, `push to ${path}`, begun))
  const location = URL.parse(begun.headers.location ?? '', host.origin)
  if (location === null) throw new ProblemError(leavesHost(host.host))
  // The registry's own parameters stay as they are written: they carry the state of the upload.
  location.search += `${location.search === '' ? '?' : '&'}digest=${digest}`
  const done = await host.upload(location, path, content, size, it.signal)
  if (done.status !== 201) throw new ProblemError(uploadRefused(host, path, done))
}

/** An upload that the registry has lost, or a token that ran out during it, is mended by another pass. */
function uploadRefused(host: RegistryHost, path: string, reply: Parameters<typeof refused>[2]) {
  const problem = refused(host, `push to ${path}`, reply)
  const lost = reply.status === 401 || errorCode(reply) === 'BLOB_UPLOAD_UNKNOWN' || errorCode(reply) === 'BLOB_UPLOAD_INVALID'
  return lost ? { ...problem, code: 'registry/cut-upload' } : problem
}

async function moveTag(host: RegistryHost, it: PushImage): Promise<LiveImage> {
  const { path } = it.repository
  const { bytes, digest, mediaType } = manifestOf(it.image)
  await it.beforeWrite()
  const reply = await host.ask({
    method: 'PUT',
    path: `/v2/${path}/manifests/${it.tag}`,
    repository: path,
    right: 'pull,push',
    headers: { 'content-type': mediaType },
    body: bytes,
    signal: it.signal,
  })
  if (reply.status !== 201) throw new ProblemError(refused(host, `push to ${path}`, reply))
  const claimed = reply.headers['docker-content-digest']
  if (typeof claimed === 'string' && claimed !== digest) throw new ProblemError(lies(host.host, `claimed: ${claimed}\nsent:    ${digest}`))
  return { manifestDigest: digest, imageDigest: digest, mediaType, configDigest: it.image.config.digest }
}
