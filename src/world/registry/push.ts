import { ProblemError } from '../../values/problem.ts'
import { withRetry } from '../http/retry.ts'
import type { LiveImage, PushImage } from '../ports/registry.ts'
import { BlobUpload } from './blobUpload.ts'
import type { RegistryHost } from './host.ts'
import { manifestOf } from './manifest.ts'
import { Progress } from './progress.ts'
import { lies, refusal } from './registryProblems.ts'
import { sendBlobs } from './sendBlobs.ts'

/** Sends what is missing, then moves the tag; see the port. */
export async function pushImage(host: RegistryHost, it: PushImage): Promise<LiveImage> {
  const blobs = [...new Map([it.image.config, ...it.image.layers].map((blob) => [blob.digest, blob])).values()]
  const uploads = blobs.map((blob) => new BlobUpload(host, it, blob))
  const missing = await filter(uploads, async (upload) => !(await isInRegistry(it, upload)))
  const progress = new Progress(
    blobs.length,
    missing.map(({ blob }) => blob),
    it.onProgress,
  )
  await sendBlobs(it, missing, progress)
  return moveTag(host, it)
}

/** In the repository, or now mounted there from a sibling that has it. */
async function isInRegistry(it: PushImage, upload: BlobUpload): Promise<boolean> {
  if (await withRetry(it.signal, () => upload.isThere())) return true
  for (const sibling of it.siblings ?? []) if (await upload.mountFrom(sibling)) return true
  return false
}

async function filter<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<T[]> {
  const passed = await Promise.all(all.map(test))
  return all.filter((_, i) => passed[i])
}

function moveTag(host: RegistryHost, it: PushImage): Promise<LiveImage> {
  const { path } = it.repository
  const { bytes, digest, mediaType } = manifestOf(it.image)
  return withRetry(it.signal, async () => {
    await it.beforeWrite()
    const reply = await host.ask({
      method: 'PUT',
      path: `/v2/${path}/manifests/${it.tag}`,
      repository: path,
      right: 'pull,push',
      headers: { 'content-type': mediaType },
      body: bytes,
      once: true,
      signal: it.signal,
    })
    if (reply.status !== 201) throw refusal(host, `push to ${path}`, reply)
    const claimed = reply.headers['docker-content-digest']
    if (typeof claimed === 'string' && claimed !== digest)
      throw new ProblemError(lies(host.host, `claimed: ${claimed}\nsent:    ${digest}`))
    return { manifestDigest: digest, imageDigest: digest, mediaType, configDigest: it.image.config.digest }
  })
}
