import { ProblemError } from '../../values/problem.ts'
import type { ImagePush, LiveImage } from '../ports/registry.ts'
import { BlobUpload } from './blobUpload.ts'
import type { RegistryHost } from './host.ts'
import { manifestOf } from './manifest.ts'
import { Progress } from './progress.ts'
import { withRetry } from './pushRetry.ts'
import { digestMismatch, refusedError } from './registryProblems.ts'
import { sendBlobs } from './sendBlobs.ts'

/** Sends the missing blobs, then moves the tag; see the port. */
export async function pushImage(host: RegistryHost, push: ImagePush): Promise<LiveImage> {
  const blobs = [...new Map([push.image.config, ...push.image.layers].map((blob) => [blob.digest, blob])).values()]
  const uploads = blobs.map((blob) => new BlobUpload(host, push, blob))
  const missing = await filter(uploads, async (upload) => !(await isInRegistry(push, upload)))
  const progress = new Progress(
    blobs.length,
    missing.map(({ blob }) => blob),
    push.onProgress,
  )
  await sendBlobs(push, missing, progress)
  return moveTag(host, push)
}

/** True when the repository has the blob, or could mount it from a sibling. */
async function isInRegistry(push: ImagePush, upload: BlobUpload): Promise<boolean> {
  if (await withRetry(push.signal, () => upload.exists())) return true
  for (const sibling of push.siblings ?? []) if (await upload.mountFrom(sibling)) return true
  return false
}

async function filter<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const passed = await Promise.all(items.map(test))
  return items.filter((_, i) => passed[i])
}

function moveTag(host: RegistryHost, push: ImagePush): Promise<LiveImage> {
  const { path } = push.repository
  const { bytes, digest, mediaType } = manifestOf(push.image)
  return withRetry(push.signal, async () => {
    await push.beforeWrite()
    const reply = await host.request({
      method: 'PUT',
      path: `/v2/${path}/manifests/${push.tag}`,
      repository: path,
      access: 'pull,push',
      headers: { 'content-type': mediaType },
      body: bytes,
      noRetry: true,
      signal: push.signal,
    })
    if (reply.status !== 201) throw refusedError(host, `push to ${path}`, reply)
    const claimed = reply.headers['docker-content-digest']
    if (typeof claimed === 'string' && claimed !== digest)
      throw new ProblemError(digestMismatch(host.host, `claimed: ${claimed}\nsent:    ${digest}`))
    return { manifestDigest: digest, imageDigest: digest, mediaType, configDigest: push.image.config.digest }
  })
}
