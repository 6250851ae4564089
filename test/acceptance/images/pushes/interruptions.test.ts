import type { ChildProcess } from 'node:child_process'
import type { PassedRequest } from '../../../../scripts/lab/index.ts'
import { acceptance, isQuick } from '../../support/acceptance.ts'
import { LabInstallation } from '../../support/installation.ts'
import { ApplyPush } from './applyPush.ts'
import { completedUpload, DirectPush, expectPushed, type ImagePush, imageArchive } from './imagePush.ts'
import { type Interruption, interruptions, type PushExtent, pushExtent } from './interruptions.ts'
import { TagWatcher } from './tagWatcher.ts'

type Context = { readonly image: ImagePush; readonly watcher: TagWatcher; readonly extent: PushExtent; readonly sizes: Map<string, number> }

for (const { command, count } of [
  { command: 'push', count: isQuick ? 5 : 50 },
  { command: 'apply', count: 20 },
] as const) {
  const suite = acceptance(`${command === 'push' ? 'a push' : 'an apply'} that is cut or killed at any point`, async () => {
    const resources = new AsyncDisposableStack()
    const installation = resources.use(await LabInstallation.open({ imageSize: 4 * 2 ** 20 }))
    const { lab } = installation
    const image = resources.use(
      command === 'push' ? await DirectPush.to(lab, 'registry', await imageArchive(lab)) : await ApplyPush.to(installation),
    )
    const extent = await pushExtent(image)
    const watcher = resources.use(new TagWatcher(lab))
    return { image, watcher, extent, sizes: await image.blobSizes(), [Symbol.asyncDispose]: () => resources.disposeAsync() }
  })
  const test = command === 'push' ? suite : suite.full

  for (const [i, interruption] of interruptions(count).entries())
    test(`${interruption.name}: only missing blobs are sent after it`, (context) => interrupted(context, interruption, `${command}/n${i}`))

  test('no tag ever named a missing blob', async ({ watcher }) => {
    if (watcher.missingBlobs.length > 0) throw new Error(watcher.missingBlobs.join('\n'))
    if (watcher.foundTags === 0) throw new Error('the watcher never observed a tag')
    return `${watcher.checks} checks, the tag existed in ${watcher.foundTags}`
  })

  suite.run()
}

async function interrupted(context: Context, interruption: Interruption, path: string): Promise<string> {
  const { image, watcher, extent, sizes } = context
  watcher.path = path
  image.proxy.reset()
  let child: ChildProcess | undefined
  interruption.arm(image.proxy, extent, () => child?.kill('SIGKILL'))
  const result = await image.push(path, (process) => {
    child = process
  })
  const isKilled = result === undefined
  if (interruption.isKill !== isKilled) throw new Error(isKilled ? 'it was killed' : 'it was not killed')
  const requests = [...image.proxy.requests]
  const stored = new Set<string>()
  for (const digest of sizes.keys()) if (await watcher.hasBlob(path, digest)) stored.add(digest)
  if (isKilled) await pushRest(image, path, sizes, stored)
  else expectPushed(result)
  expectUploadedOnce(requests)
  if (!(await watcher.check(path))) throw new Error('the tag does not exist')
  return isKilled ? `${stored.size} of ${sizes.size} blobs were stored` : `it continued by itself, ${requests.length} requests`
}

/**
 * The push after a kill sends the blobs that the registry reports as absent, and only these. They are no more than before: a
 * blob that had arrived completely at the kill may have been stored since.
 */
async function pushRest(image: ImagePush, path: string, sizes: Map<string, number>, stored: Set<string>): Promise<void> {
  const { proxy } = image
  proxy.reset()
  expectPushed(await image.push(path))
  const reads = proxy.requests.filter(({ method }) => method === 'HEAD')
  const absent = [...sizes.keys()].filter((digest) => reads.some((read) => read.path.endsWith(digest) && read.status === 404))
  const lost = absent.filter((digest) => stored.has(digest))
  if (lost.length > 0) throw new Error(`the registry had ${lost} and no longer has it`)
  const missing = absent.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0)
  const sent = proxy.requests.filter(completedUpload).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  if (sent !== missing) throw new Error(`it sent ${sent} bytes of blobs, ${missing} were missing`)
}

/** No blob that the registry has accepted is sent again. */
function expectUploadedOnce(requests: readonly PassedRequest[]): void {
  const accepted = new Set<string>()
  for (const request of requests) {
    const digest = completedUpload(request)
    if (digest === undefined) continue
    if (accepted.has(digest)) throw new Error(`${digest} was sent again`)
    if (request.status === 201) accepted.add(digest)
  }
}
