// Pushes the first image of an archive as an apply does, and nothing else. PUSH holds a PushOrder as JSON; the PushResult is one
// line of JSON on stdout.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArchivedImage, Installation, Registry } from '../../../../src/installation/installation.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import type { Processes } from '../../../../src/world/ports/process.ts'
import type { PushProgress } from '../../../../src/world/ports/registry.ts'
import { openRegistries } from '../../../../src/world/registry/registry.ts'

export type PushOrder = {
  archive: string
  host: string
  path: string
  username: string
  password: string
  caFile?: string
  /** Where the archive's index is cached. */
  cacheDir?: string
}

/** `seconds` of the push alone, without the start of this process and reading the archive. */
export type PushResult = { seconds: number; sentBytes: number } | { code: string; summary: string; remedy: string; seconds: number }

const order = JSON.parse(process.env.PUSH ?? '') as PushOrder
const { images } = await indexArchive(order.archive, { cacheDir: order.cacheDir ?? join(tmpdir(), 'push-cache') })
const registries = open(order)
let last: PushProgress | undefined
const started = performance.now()
const seconds = () => (performance.now() - started) / 1000
try {
  await registries.push({
    repository: { host: order.host, path: order.path },
    tag: 'v3.0.0',
    archive: order.archive,
    image: images[0] as ArchivedImage,
    signal: new AbortController().signal,
    beforeWrite: async () => {},
    onProgress: (progress) => {
      last = progress
    },
  })
  print({ seconds: seconds(), sentBytes: last?.doneBytes ?? 0 })
} catch (error) {
  if (!(error instanceof ProblemError) || !error.problems[0]) throw error
  const { code, summary, remedy } = error.problems[0]
  print({ code, summary, remedy, seconds: seconds() })
} finally {
  registries.close()
}

function open({ host, path, username, password, caFile }: PushOrder) {
  const declared: Registry = {
    host,
    plainHttp: caFile === undefined,
    username,
    password: { at: '/password', from: { env: 'PASSWORD' } },
    ...(caFile !== undefined && { caFile }),
  }
  const images = { platform: 'linux/amd64', backend: { host, path }, launcher: { host, path } }
  const installation = { registries: [declared], images } as unknown as Installation
  const secrets = new Map([['/password', Sealed.of(password)]])
  return openRegistries({ installation, secrets }, { env: {}, home: '/nowhere', processes: {} as Processes })
}

function print(result: PushResult): void {
  console.log(JSON.stringify(result))
}
