import type { ChildProcess } from 'node:child_process'
import type { Faults, PassedRequest } from '../../lab/index.ts'
import type { Report } from '../report.ts'
import { blobSizes, closes, expectDone, type Pushing } from './pushing.ts'
import { TagWatcher } from './watcher.ts'

/** A moment of a push and what happens then. */
type Point = { name: string; isKill: boolean; arm(pushing: Pushing, kill: () => void): void }

/** Kills and cuts of a push, again and again: by bytes that were sent, by requests, before and after the registry acted. */
export async function points(report: Report, pushing: Pushing, count: number): Promise<void> {
  const sizes = await blobSizes(pushing)
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const watcher = new TagWatcher(pushing.lab)
  try {
    for (const [i, point] of pointsOf(count, total).entries()) {
      const path = `points/n${i}`
      watcher.path = path
      await report.line(`${point.name}: the next push sends only what is missing`, () => survives(pushing, watcher, point, path, sizes))
    }
    await report.line('no tag ever named what was not there', async () => {
      if (watcher.incomplete.length > 0) throw new Error(watcher.incomplete.join('\n'))
      if (watcher.found === 0) throw new Error('the watcher never saw a tag')
      return `${watcher.looks} looks, a tag there in ${watcher.found}`
    })
  } finally {
    await watcher.stop()
  }
}

async function survives(pushing: Pushing, watcher: TagWatcher, point: Point, path: string, sizes: Map<string, number>): Promise<string> {
  const { proxy } = pushing
  proxy.forget()
  let child: ChildProcess | undefined
  point.arm(pushing, () => child?.kill('SIGKILL'))
  const first = await pushing.push(path, {}, (it) => {
    child = it
  })
  if (point.isKill === (first !== undefined)) throw new Error(point.isKill ? 'it was not killed' : 'it was killed')
  const before = [...proxy.requests]
  const there = new Set<string>()
  for (const digest of sizes.keys()) if (await watcher.has(path, digest)) there.add(digest)
  if (first === undefined) await again(pushing, path, sizes, there)
  else expectDone(first)
  onceEach(before)
  if (!(await watcher.look(path))) throw new Error('the tag is not there')
  return first === undefined ? `${there.size} of ${sizes.size} blobs were there` : `it went on by itself, ${before.length} requests`
}

/**
 * The push after a kill: its bytes are those of the blobs of which the registry says, when it asks, that it has none. That is
 * no more than before: a blob that had arrived whole at the kill may have been stored since.
 */
async function again(pushing: Pushing, path: string, sizes: Map<string, number>, there: Set<string>): Promise<void> {
  const { proxy } = pushing
  proxy.forget()
  expectDone(await pushing.push(path))
  const asked = proxy.requests.filter(({ method }) => method === 'HEAD')
  const lacked = [...sizes.keys()].filter((digest) => asked.some((one) => one.path.endsWith(digest) && one.status === 404))
  const lost = lacked.filter((digest) => there.has(digest))
  if (lost.length > 0) throw new Error(`the registry had ${lost} and has it no more`)
  const missing = lacked.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0)
  const blobBytes = proxy.requests.filter(closes).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  if (blobBytes !== missing) throw new Error(`it sent ${blobBytes} bytes of blobs, ${missing} were missing`)
}

/** What the registry has taken is not sent again. */
function onceEach(requests: readonly PassedRequest[]): void {
  const taken = new Set<string>()
  for (const request of requests) {
    const digest = closes(request)
    if (digest === undefined) continue
    if (taken.has(digest)) throw new Error(`${digest} was sent again`)
    if (request.status === 201) taken.add(digest)
  }
}

function pointsOf(count: number, total: number): Point[] {
  return Array.from({ length: count }, (_, i): Point => {
    // Each kind of point wanders through the whole push.
    const place = (Math.floor(i / 5) + 0.5) / Math.ceil(count / 5)
    const bytes = Math.round(total * place)
    // HEAD of four blobs, POST and PUT of each, the tag.
    const request = 1 + Math.floor(13 * place)
    const kinds: Point[] = [
      { name: `connections cut after ${bytes} bytes`, isKill: false, arm: ({ proxy }) => proxy.cutAfterBytes(bytes) },
      { name: `killed after ${bytes} bytes`, isKill: true, arm: ({ proxy }, kill) => proxy.onBytes(bytes, kill) },
      { name: `request ${request} cut before the registry heard of it`, isKill: false, arm: at(request, { do: 'cutBefore' }) },
      { name: `request ${request} cut after the registry had acted`, isKill: false, arm: at(request, { do: 'cutAfter' }) },
      {
        name: `killed at request ${request}`,
        isKill: true,
        arm: ({ proxy }, kill) => {
          proxy.faults = ({ number }) => void (number === request && kill())
        },
      },
    ]
    return kinds[i % 5] as Point
  })
}

type Cut = { do: 'cutBefore' } | { do: 'cutAfter' }

const at =
  (request: number, fault: Cut): Point['arm'] =>
  ({ proxy }) => {
    const faults: Faults = ({ number }) => (number === request ? fault : undefined)
    proxy.faults = faults
  }
