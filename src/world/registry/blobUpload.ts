import type { ArchivedBlob } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { isTransient } from '../http/retry.ts'
import type { PushImage } from '../ports/registry.ts'
import type { RegistryHost } from './host.ts'
import { errorCode, leavesHost, refusal, refused } from './registryProblems.ts'
import type { Reply } from './transport.ts'

/** One blob on its way into a repository, over as many tries as it takes. */
export class BlobUpload {
  readonly blob: ArchivedBlob
  /** How much of it the registry has; the next try begins there. */
  from = 0
  readonly #host: RegistryHost
  readonly #it: PushImage
  #location: URL | undefined

  constructor(host: RegistryHost, it: PushImage, blob: ArchivedBlob) {
    this.#host = host
    this.#it = it
    this.blob = blob
  }

  /** Whether the repository has it. */
  isThere(): Promise<boolean> {
    return this.#isIn(this.#it.repository.path, 'pull,push')
  }

  /** Lets the registry take it from another repository that has it; false when it has to be sent. */
  async mountFrom(sibling: string): Promise<boolean> {
    if (!(await this.#isIn(sibling, 'pull').catch(() => false))) return false
    await this.#it.beforeWrite()
    const query = `?mount=${this.blob.digest}&from=${encodeURIComponent(sibling)}`
    const scopes = [`repository:${sibling}:pull`]
    const reply = await this.#ask('POST', `${this.#uploads}${query}`, scopes).catch((error: unknown) => {
      // It only saves work: what is wrong with the registry shows when the blob is sent.
      if (!isTransient(error)) throw error
    })
    // Not mounted, but begun: that upload is as good as another one.
    if (reply?.status === 202) this.#location = this.#locationOf(reply)
    return reply?.status === 201
  }

  /** After a try that failed: whether the registry has it all the same, and if not, how much of it. */
  async recover(): Promise<boolean> {
    if (await this.isThere()) return true
    const reply = this.#location && (await this.#status(this.#location))
    this.from = reply?.status === 204 ? receivedOf(reply, this.blob.size) : 0
    this.#location = reply?.status === 204 && this.from > 0 ? this.#locationOf(reply, this.#location) : undefined
    return false
  }

  /** One try: sends what the registry does not have yet. `content`: the whole blob. */
  async send(content: AsyncIterable<Buffer>): Promise<void> {
    await this.#it.beforeWrite()
    if (this.from > 0 && this.#location !== undefined) return this.#sendRest(this.#location, content)
    this.#location ??= await this.#begin()
    const done = await this.#upload('PUT', closing(this.#location, this.blob), content, {}, this.blob.size)
    if (done.status !== 201) throw this.#failed(done)
  }

  async #sendRest(location: URL, content: AsyncIterable<Buffer>): Promise<void> {
    const { size } = this.blob
    const headers = { 'content-range': `${this.from}-${size - 1}` }
    const sent = await this.#upload('PATCH', location, without(content, this.from), headers, size - this.from)
    if (sent.status !== 202) throw this.#failed(sent)
    this.#location = this.#locationOf(sent, location)
    const done = await this.#upload('PUT', closing(this.#location, this.blob), none(), {}, 0)
    if (done.status !== 201) throw this.#failed(done)
  }

  async #begin(): Promise<URL> {
    const begun = await this.#ask('POST', this.#uploads)
    if (begun.status !== 202) throw refusal(this.#host, this.#doing, begun)
    return this.#locationOf(begun)
  }

  async #isIn(path: string, right: 'pull' | 'pull,push'): Promise<boolean> {
    const request = { method: 'HEAD', path: `/v2/${path}/blobs/${this.blob.digest}`, repository: path, right } as const
    const reply = await this.#host.ask({ ...request, once: true, signal: this.#it.signal })
    if (reply.status === 200) return true
    // An answer to HEAD has no body to prove it with; a wrong "missing" costs an upload, no more.
    if (reply.status === 404) return false
    throw refusal(this.#host, this.#doing, reply)
  }

  /** A registry that knows nothing of it, or cannot say, is one that gets it from the start. */
  #status(location: URL): Promise<Reply | undefined> {
    const request = { method: 'GET', path: location.href, repository: this.#path, right: 'pull,push' } as const
    return this.#host.ask({ ...request, once: true, signal: this.#it.signal }).catch(() => undefined)
  }

  #ask(method: 'POST', path: string, scopes: readonly string[] = []): Promise<Reply> {
    const headers = { 'content-length': '0' }
    return this.#host.ask({
      method,
      path,
      repository: this.#path,
      right: 'pull,push',
      scopes,
      headers,
      once: true,
      signal: this.#it.signal,
    })
  }

  #upload(method: 'PUT' | 'PATCH', url: URL, content: AsyncIterable<Buffer>, headers: { [name: string]: string }, size: number) {
    return this.#host.upload({ method, url, headers, content, size, signal: this.#it.signal }, this.#path)
  }

  /** An upload that the registry has lost, or a token that ran out during it, is mended by another try. */
  #failed(reply: Reply): ProblemError {
    const lost = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'RANGE_INVALID'].includes(errorCode(reply) ?? '')
    const isLost = lost || reply.status === 416 || (reply.status === 401 && !this.#host.refusesLogin)
    if (isLost) return new ProblemError({ ...refused(this.#host, this.#doing, reply), code: 'registry/cut-upload' })
    return refusal(this.#host, this.#doing, reply)
  }

  #locationOf({ headers }: Reply, fallback?: URL): URL {
    const location = URL.parse(headers.location ?? fallback?.href ?? '', this.#host.origin)
    if (location === null) throw new ProblemError(leavesHost(this.#host.host))
    return location
  }

  get #path(): string {
    return this.#it.repository.path
  }

  get #uploads(): string {
    return `/v2/${this.#path}/blobs/uploads/`
  }

  get #doing(): string {
    return `push to ${this.#path}`
  }
}

/** The registry's own parameters stay as they are written: they carry the state of the upload. */
function closing(location: URL, { digest }: ArchivedBlob): URL {
  const url = new URL(location)
  url.search += `${url.search === '' ? '?' : '&'}digest=${digest}`
  return url
}

/** `Range: 0-1023` says that 1024 bytes are there; one byte, because nothing is written as `0-0` as well. */
function receivedOf({ headers }: Reply, size: number): number {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(headers.range ?? '')?.[1] ?? 0)
  return last > 0 && last < size ? last + 1 : 0
}

async function* without(content: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const piece of content) {
    if (piece.length > left) yield piece.subarray(left)
    left = Math.max(0, left - piece.length)
  }
}

async function* none(): AsyncGenerator<Buffer> {}
