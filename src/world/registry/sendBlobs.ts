import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { blobBytes, type PlacedBlob } from '../archive/blobBytes.ts'
import { streamBlobs } from '../archive/streamBlobs.ts'
import { isTransient, waitAfter, withRetry } from '../http/retry.ts'
import type { PushImage } from '../ports/registry.ts'
import type { BlobUpload } from './blobUpload.ts'
import type { Progress } from './progress.ts'

const AT_ONCE = 4

/** Sends blobs until the registry has them all. Throws the first failure that does not pass. */
export async function sendBlobs(it: PushImage, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  const isPlaced = (upload: BlobUpload) => upload.blob.offset !== undefined
  await sendFromTheirPlaces(it, uploads.filter(isPlaced), progress)
  await sendInPasses(
    it,
    uploads.filter((one) => !isPlaced(one)),
    progress,
  )
}

/** Out of a plain tar: several at a time, and each one's tries are its own. */
async function sendFromTheirPlaces(it: PushImage, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  // The largest first: begun last, it would be waited for alone.
  const queue = uploads.toSorted((a, b) => b.blob.size - a.blob.size)
  const others = new AbortController()
  const worker = async () => {
    for (let upload = queue.shift(); upload !== undefined && !others.signal.aborted; upload = queue.shift())
      await sendFromItsPlace(it, upload, progress)
  }
  const workers = Array.from({ length: AT_ONCE }, () => worker())
  // Those that still send come to their end: what arrives now need not be sent again.
  const results = await Promise.allSettled(workers.map((one) => one.catch((error) => Promise.reject(stop(others, error)))))
  const failed = results.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

function stop(others: AbortController, error: unknown): unknown {
  others.abort()
  return error
}

async function sendFromItsPlace(it: PushImage, upload: BlobUpload, progress: Progress): Promise<void> {
  const blob = upload.blob as PlacedBlob
  await withRetry(it.signal, async (tries) => {
    if (tries === 1 || !(await upload.recover())) await sendOnce(upload, blobBytes(it.archive, blob), progress)
    else progress.arrived(blob)
  })
}

/**
 * Out of a packed archive, which can only be read from its beginning: one blob after the other, but while the registry
 * stores one the next is on its way. What failed goes up in another pass.
 */
async function sendInPasses(it: PushImage, uploads: readonly BlobUpload[], progress: Progress): Promise<void> {
  let left = uploads
  for (let tries = 1; left.length > 0; tries++) {
    const failures = await pass(it, left, progress)
    const wait =
      failures.length === 0 || it.signal.aborted
        ? undefined
        : waitAfter(
            failures.map(({ error }) => error),
            tries,
          )
    if (failures[0] && wait === undefined) throw failures[0].error
    if (wait !== undefined) await sleep(wait, undefined, { signal: it.signal })
    left = await stillMissing(it, failures, progress)
  }
}

type Failure = { readonly upload: BlobUpload; readonly error: unknown }

async function pass(it: PushImage, uploads: readonly BlobUpload[], progress: Progress): Promise<Failure[]> {
  const failures: Failure[] = []
  const storing: Promise<void>[] = []
  const byDigest = new Map(uploads.map((one) => [one.blob.digest, one]))
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
    await streamBlobs(it.archive, blobs, onBlob, it.signal)
  } finally {
    await Promise.all(storing)
  }
  return failures
}

async function stillMissing(it: PushImage, failures: readonly Failure[], progress: Progress): Promise<BlobUpload[]> {
  const recovered = await Promise.all(failures.map(({ upload }) => withRetry(it.signal, () => upload.recover())))
  for (const [i, { upload }] of failures.entries()) if (recovered[i]) progress.arrived(upload.blob)
  return failures.filter((_, i) => !recovered[i]).map(({ upload }) => upload)
}

async function sendOnce(upload: BlobUpload, content: AsyncIterable<Buffer>, progress: Progress): Promise<void> {
  try {
    await upload.send(progress.watch(upload.blob, content, upload.from))
    progress.arrived(upload.blob)
  } catch (error) {
    progress.lost(upload.blob)
    throw error
  }
}
