import { createHash } from 'node:crypto'
import type { ArchivedImage } from '../../../../src/installation/installation.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import type { PushProgress } from '../../../../src/world/ports/registry.ts'
import { classic, type Folder, image, release, tar } from '../archive/build.ts'
import { BASIC, error, type Handler, Loopback, open } from './fake.ts'

/**
 * Keeps blobs and manifests in memory, as the distribution specification defines it; a `fault` may respond instead.
 * An upload keeps the received bytes and reports their number, like registries that can resume.
 */
export class FakeRegistry {
  readonly blobs = new Map<string, Buffer>()
  readonly tags = new Map<string, string>()
  /** By the number of the upload. */
  readonly uploads: Buffer[] = []
  /** Blobs of another repository, `a/c`. */
  readonly sibling = new Map<string, Buffer>()
  fault: Handler = () => false

  readonly handle: Handler = async (request, response, body) => {
    if (await this.fault(request, response, body)) return undefined
    const url = new URL(request.url ?? '', 'http://x')
    if (request.headers.authorization !== BASIC) return error(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' })
    if (request.method === 'HEAD') return response.writeHead(this.#repository(url).has(last(url)) ? 200 : 404).end()
    if (request.method === 'POST') return this.#start(url, response)
    if (url.pathname.startsWith('/upload/')) return this.#upload(request, url, response, body)
    return this.#tag(last(url), response, body)
  }

  /** Sets what an upload received before its connection broke. */
  keep(path: string, bytes: Buffer): void {
    this.uploads[numberOf(path)] = bytes
  }

  #repository(url: URL): Map<string, Buffer> {
    return url.pathname.startsWith('/v2/a/c/') ? this.sibling : this.blobs
  }

  #start(url: URL, response: Parameters<Handler>[1]) {
    const mounted = url.searchParams.get('from') === 'a/c' ? this.sibling.get(url.searchParams.get('mount') ?? '') : undefined
    if (mounted) {
      this.blobs.set(url.searchParams.get('mount') ?? '', mounted)
      return response.writeHead(201).end()
    }
    return response.writeHead(202, this.#headers(this.uploads.push(Buffer.alloc(0)) - 1)).end()
  }

  #headers(upload: number) {
    const range = `0-${Math.max(0, (this.uploads[upload]?.length ?? 0) - 1)}`
    return { location: `/upload/${upload}?_state=a%2Bb%3D`, range }
  }

  #upload({ method, headers }: Parameters<Handler>[0], url: URL, response: Parameters<Handler>[1], body: Buffer) {
    const number = numberOf(url.pathname)
    const before = this.uploads[number]
    if (!before) return error(response, 404, 'BLOB_UPLOAD_UNKNOWN')
    if (!url.search.startsWith('?_state=a%2Bb%3D')) return error(response, 400, 'BLOB_UPLOAD_INVALID')
    if (method === 'GET') return response.writeHead(204, this.#headers(number)).end()
    const range = headers['content-range']
    if (range !== undefined && range !== `${before.length}-${before.length + body.length - 1}`) return error(response, 416, 'RANGE_INVALID')
    this.uploads[number] = Buffer.concat([before, body])
    if (method === 'PATCH') return response.writeHead(202, this.#headers(number)).end()
    return this.#store(this.uploads[number], url, response)
  }

  #store(content: Buffer, url: URL, response: Parameters<Handler>[1]) {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    if (digest !== url.searchParams.get('digest')) return error(response, 400, 'DIGEST_INVALID')
    this.blobs.set(digest, content)
    return response.writeHead(201).end()
  }

  #tag(tag: string, response: Parameters<Handler>[1], body: Buffer) {
    const { config, layers } = JSON.parse(body.toString()) as { config: { digest: string }; layers: { digest: string }[] }
    if ([config, ...layers].some(({ digest }) => !this.blobs.has(digest))) return error(response, 400, 'MANIFEST_BLOB_UNKNOWN')
    this.tags.set(tag, body.toString())
    return response.writeHead(201).end()
  }
}

const last = (url: URL): string => url.pathname.split('/').at(-1) ?? ''
const numberOf = (path: string): number => Number(/^\/upload\/(\d+)/.exec(path)?.[1])

export type PushSetup = {
  registry: FakeRegistry
  server: Loopback
  image: ArchivedImage
  progress: PushProgress[]
  lockChecks: number
  push: () => Promise<unknown>
}

/** An image of three layers in a docker-save tar or in a compressed release archive, and a registry to push it to. */
export async function prepared(dir: Folder, { packed = false } = {}): Promise<PushSetup> {
  const registry = new FakeRegistry()
  const built = await image('spacelift-backend:v1', { layers: 3, bytes: 400_000 })
  const saved = await tar(classic(built))
  const archive = packed
    ? await dir.write('self-hosted-v1.tar.gz', await release({ 'spacelift-backend.tar': saved }, 'v1'))
    : await dir.write('a.tar', saved)
  const { images } = await indexArchive(archive, { cacheDir: dir.path })
  const server = await Loopback.start(() => registry.handle)
  const setup: PushSetup = {
    registry,
    server,
    image: images[0] as ArchivedImage,
    progress: [],
    lockChecks: 0,
    push: () => Promise.resolve(),
  }
  setup.push = async () => {
    const registries = open(server.host)
    try {
      return await registries.push({
        repository: { host: server.host, path: 'a/b' },
        tag: 'v1',
        archive,
        image: setup.image,
        signal: AbortSignal.timeout(20_000),
        beforeWrite: async () => void setup.lockChecks++,
        onProgress: (progress) => setup.progress.push(progress),
      })
    } finally {
      registries.close()
    }
  }
  return setup
}

/** The code of the problem that `attempt` fails with. */
export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const thrown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof ProblemError && /hunter2/.test(JSON.stringify(thrown.problems)))
    throw new Error('a problem contains a text of the registry')
  return thrown instanceof ProblemError ? (thrown.problems[0]?.code ?? '') : String(thrown)
}
