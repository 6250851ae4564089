import type { ChildProcess } from 'node:child_process'
import type { Faults, PassedRequest } from '../../../../scripts/lab/index.ts'
import type { Report } from '../../support/report.ts'
import { closes, expectDone, type Pushes } from './pushing.ts'
import { TagWatcher } from './watcher.ts'

/** A moment of a push and what happens then. */
export type Point = { name: string; isKill: boolean; arm(pushing: Pushes, kill: () => void): void }

/** Kills and cuts of a push, again and again: by bytes that were sent, by requests, before and after the registry acted. */
export async function points(report: Report, pushing: Pushes, folder: string, all: readonly Point[]): Promise<void> {
  const sizes = await pushing.sizes()
  const watcher = new TagWatcher(pushing.lab)
  try {
    for (const [i, point] of all.entries()) {
      const path = `${folder}/n${i}`
      watcher.path = path
      await report.line(`${folder}, ${point.name}: the next one sends only what is missing`, () =>
        survives(pushing, watcher, point, path, sizes),
      )
    }
    await report.line(`${folder}: no tag ever named what was not there`, async () => {
      if (watcher.incomplete.length > 0) throw new Error(watcher.incomplete.join('\n'))
      if (watcher.found === 0) throw new Error('the watcher never saw a tag')
      return `${watcher.looks} looks, a tag there in ${watcher.found}`
    })
  } finally {
    await watcher.stop()
  }
}

async function survives(pushing: Pushes, watcher: TagWatcher, point: Point, path: string, sizes: Map<string, number>): Promise<string> {
  const { proxy } = pushing
  proxy.forget()
  let child: ChildProcess | undefined
  point.arm(pushing, () => child?.kill('SIGKILL'))
  const first = await pushing.push(path, (it) => {
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
async function again(pushing: Pushes, path: string, sizes: Map<string, number>, there: Set<string>): Promise<void> {
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

/** The requests of a push, by their number, that are worth a kill or a cut. */
export type Requests = { readonly first: number; readonly last: number }

/** Moments all over a push of so many bytes; five kinds of them in turn. */
export function pointsOf(count: number, bytesInAll: number, { first, last }: Requests): Point[] {
  return Array.from({ length: count }, (_, i): Point => {
    // Each kind of point wanders through the whole push.
    const place = (Math.floor(i / 5) + 0.5) / Math.ceil(count / 5)
    const bytes = Math.round(bytesInAll * place)
    const request = first + Math.floor((last - first + 1) * place)
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
