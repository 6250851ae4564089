import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { blobBytes, type PlacedBlob } from '../archive/blobBytes.ts'
import { streamBlobs } from '../archive/streamBlobs.ts'
import { isTransient } from '../http/retry.ts'
import type { ImagePush } from '../ports/registry.ts'
import type { BlobUpload } from './blobUpload.ts'
import type { Progress } from './progress.ts'
import { waitAfter, withRetry } from './pushRetry.ts'

const CONCURRENCY = 4

/** Sends blobs until the registry has all of them. Throws the first failure that is not transient. */
export async function sendBlobs(push: ImagePush, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  const isPlaced = (upload: BlobUpload) => upload.blob.offset !== undefined
  await sendPlacedBlobs(push, uploads.filter(isPlaced), progress)
  await sendInPasses(
    push,
    uploads.filter((upload) => !isPlaced(upload)),
    progress,
  )
}

/** From an uncompressed tar: several blobs at a time, each with its own retries. */
async function sendPlacedBlobs(push: ImagePush, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  // The largest first: started last, it would delay the end alone.
  const queue = uploads.toSorted((a, b) => b.blob.size - a.blob.size)
  const aborter = new AbortController()
  const sendQueued = async () => {
    for (let upload = queue.shift(); upload !== undefined && !aborter.signal.aborted; upload = queue.shift())
      await sendPlacedBlob(push, upload, progress)
  }
  const workers = Array.from({ length: CONCURRENCY }, () => sendQueued())
  // Running uploads may finish: what they send need not be sent again.
  const results = await Promise.allSettled(workers.map((worker) => worker.catch((error) => Promise.reject(abort(aborter, error)))))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

function abort(aborter: AbortController, error: unknown): unknown {
  aborter.abort()
  return error
}

async function sendPlacedBlob(push: ImagePush, upload: BlobUpload, progress: Progress): Promise<void> {
  const blob = upload.blob as PlacedBlob
  await withRetry(push.signal, async (tries) => {
    if (tries === 1 || !(await upload.recover())) await sendOnce(upload, blobBytes(push.archive, blob), progress)
    else progress.completed(blob)
  })
}

/**
 * From a compressed archive, which can only be read from its start: one blob after the other, but the next one is sent while
 * the registry stores the last one. Failed blobs are sent in another pass.
 */
async function sendInPasses(push: ImagePush, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  let remaining = uploads
  for (let tries = 1; remaining.length > 0; tries++) {
    const failures = await sendPass(push, remaining, progress)
    const wait =
      failures.length === 0 || push.signal.aborted
        ? undefined
        : waitAfter(
            failures.map(({ error }) => error),
            tries,
          )
    if (failures[0] && wait === undefined) throw failures[0].error
    if (wait !== undefined) await sleep(wait, undefined, { signal: push.signal })
    remaining = await stillMissing(push, failures, progress)
  }
}

type Failure = { readonly upload: BlobUpload; readonly error: unknown }

async function sendPass(push: ImagePush, uploads: readonly BlobUpload[], progress: Progress): Promise<Failure[]> {
  const failures: Failure[] = []
  const storing: Promise<void>[] = []
  const byDigest = new Map(uploads.map((upload) => [upload.blob.digest, upload]))
  const blobs = uploads.map(({ blob }) => blob)
  const onBlob = async ({ digest }: ArchivedBlob, content: Readable) => {
    const upload = byDigest.get(digest) as BlobUpload
    const read = new Promise<void>((resolve) => content.once('close', resolve))
    const sent = sendOnce(upload, content, progress).catch((error: unknown) => {
      failures.push({ upload, error })
    })
    storing.push(sent)
    await Promise.race([read, sent])
    const final = failures.find(({ error }) => !isTransient(error))
    if (final) throw final.error
  }
  try {
    await streamBlobs(push.archive, blobs, onBlob, push.signal)
  } finally {
    await Promise.all(storing)
  }
  return failures
}

async function stillMissing(push: ImagePush, failures: readonly Failure[], progress: Progress): Promise<BlobUpload[]> {
  const recovered = await Promise.all(failures.map(({ upload }) => withRetry(push.signal, () => upload.recover())))
  for (const [i, { upload }] of failures.entries()) if (recovered[i]) progress.completed(upload.blob)
  return failures.filter((_, i) => !recovered[i]).map(({ upload }) => upload)
}

async function sendOnce(upload: BlobUpload, content: AsyncIterable<Buffer>, progress: Progress): Promise<void> {
  try {
    await upload.send(progress.track(upload.blob, content, upload.offset))
    progress.completed(upload.blob)
  } catch (error) {
    progress.reset(upload.blob)
    throw error
  }
}
