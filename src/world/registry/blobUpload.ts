import type { ArchivedBlob } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { isTransient } from '../http/retry.ts'
import type { ImagePush } from '../ports/registry.ts'
import type { RegistryHost } from './host.ts'
import { badRedirect, errorCode, refusedError, refusedProblem } from './registryProblems.ts'
import type { Reply } from './transport.ts'

/** The upload of one blob into a repository, over all of its tries. */
export class BlobUpload {
  readonly blob: ArchivedBlob
  /** How many bytes the registry has received; the next try starts there. */
  offset = 0
  readonly #host: RegistryHost
  readonly #push: ImagePush
  #location: URL | undefined

  constructor(host: RegistryHost, push: ImagePush, blob: ArchivedBlob) {
    this.#host = host
    this.#push = push
    this.blob = blob
  }

  /** Whether the repository has the blob. */
  exists(): Promise<boolean> {
    return this.#existsIn(this.#push.repository.path, 'pull,push')
  }

  /** Mounts the blob from another repository that has it; false when it must be sent. */
  async mountFrom(sibling: string): Promise<boolean> {
    if (!(await this.#existsIn(sibling, 'pull').catch(() => false))) return false
    await this.#push.beforeWrite()
    const query = `?mount=${this.blob.digest}&from=${encodeURIComponent(sibling)}`
    const scopes = [`repository:${sibling}:pull`]
    const reply = await this.#request('POST', `${this.#uploads}${query}`, scopes).catch((error: unknown) => {
      // Mounting is an optimization: a failure of the registry shows again when the blob is sent.
      if (!isTransient(error)) throw error
    })
    // Not mounted, but the registry has started an upload: use it.
    if (reply?.status === 202) this.#location = this.#locationOf(reply)
    return reply?.status === 201
  }

  /** After a failed try: true when the registry has the whole blob, else sets how much of it has arrived. */
  async recover(): Promise<boolean> {
    if (await this.exists()) return true
    const reply = this.#location && (await this.#status(this.#location))
    this.offset = reply?.status === 204 ? receivedOf(reply, this.blob.size) : 0
    this.#location = reply?.status === 204 && this.offset > 0 ? this.#locationOf(reply, this.#location) : undefined
    return false
  }

  /** One try: sends the missing part. `content`: the whole blob. */
  async send(content: AsyncIterable<Buffer>): Promise<void> {
    await this.#push.beforeWrite()
    if (this.offset > 0 && this.#location !== undefined) return this.#sendRest(this.#location, content)
    this.#location ??= await this.#start()
    const done = await this.#upload('PUT', withDigest(this.#location, this.blob), content, {}, this.blob.size)
    if (done.status !== 201) throw this.#failure(done)
  }

  async #sendRest(location: URL, content: AsyncIterable<Buffer>): Promise<void> {
    const { size } = this.blob
    const headers = { 'content-range': `${this.offset}-${size - 1}` }
    const sent = await this.#upload('PATCH', location, skipBytes(content, this.offset), headers, size - this.offset)
    if (sent.status !== 202) throw this.#failure(sent)
    this.#location = this.#locationOf(sent, location)
    const done = await this.#upload('PUT', withDigest(this.#location, this.blob), emptyBody(), {}, 0)
    if (done.status !== 201) throw this.#failure(done)
  }

  async #start(): Promise<URL> {
    const reply = await this.#request('POST', this.#uploads)
    if (reply.status !== 202) throw refusedError(this.#host, this.#action, reply)
    return this.#locationOf(reply)
  }

  async #existsIn(path: string, access: 'pull' | 'pull,push'): Promise<boolean> {
    const request = { method: 'HEAD', path: `/v2/${path}/blobs/${this.blob.digest}`, repository: path, access } as const
    const reply = await this.#host.request({ ...request, noRetry: true, signal: this.#push.signal })
    if (reply.status === 200) return true
    // The response to HEAD has no body that proves absence; a wrong "missing" only costs an upload.
    if (reply.status === 404) return false
    throw refusedError(this.#host, this.#action, reply)
  }

  /** Undefined when the registry does not know the upload or fails: the upload then starts from the beginning. */
  #status(location: URL): Promise<Reply | undefined> {
    const request = { method: 'GET', path: location.href, repository: this.#path, access: 'pull,push' } as const
    return this.#host.request({ ...request, noRetry: true, signal: this.#push.signal }).catch(() => undefined)
  }

  #request(method: 'POST', path: string, scopes: readonly string[] = []): Promise<Reply> {
    const headers = { 'content-length': '0' }
    return this.#host.request({
      method,
      path,
      repository: this.#path,
      access: 'pull,push',
      scopes,
      headers,
      noRetry: true,
      signal: this.#push.signal,
    })
  }

  #upload(method: 'PUT' | 'PATCH', url: URL, content: AsyncIterable<Buffer>, headers: { [name: string]: string }, size: number) {
    return this.#host.upload({ method, url, headers, content, size, signal: this.#push.signal }, this.#path)
  }

  /** A lost upload, or a token that expired during it, is repaired by another try. */
  #failure(reply: Reply): ProblemError {
    const hasLostCode = ['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID', 'RANGE_INVALID'].includes(errorCode(reply) ?? '')
    const isLost = hasLostCode || reply.status === 416 || (reply.status === 401 && !this.#host.refusesLogin)
    if (isLost) return new ProblemError({ ...refusedProblem(this.#host, this.#action, reply), code: 'registry/cut-upload' })
    return refusedError(this.#host, this.#action, reply)
  }

  #locationOf({ headers }: Reply, fallback?: URL): URL {
    const location = URL.parse(headers.location ?? fallback?.href ?? '', this.#host.origin)
    if (location === null) throw new ProblemError(badRedirect(this.#host.host))
    return location
  }

  get #path(): string {
    return this.#push.repository.path
  }

  get #uploads(): string {
    return `/v2/${this.#path}/blobs/uploads/`
  }

  get #action(): string {
    return `push to ${this.#path}`
  }
}

/** Keeps the registry's query as it is: it carries the state of the upload. */
function withDigest(location: URL, { digest }: ArchivedBlob): URL {
  const url = new URL(location)
  url.search += `${url.search === '' ? '?' : '&'}digest=${digest}`
  return url
}

/** `Range: 0-1023` means that 1024 bytes have arrived. `0-0` counts as none: registries also send it for an empty upload. */
function receivedOf({ headers }: Reply, size: number): number {
  const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(headers.range ?? '')?.[1] ?? 0)
  return last > 0 && last < size ? last + 1 : 0
}

async function* skipBytes(content: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes
  for await (const piece of content) {
    if (piece.length > left) yield piece.subarray(left)
    left = Math.max(0, left - piece.length)
  }
}

async function* emptyBody(): AsyncGenerator<Buffer> {}
