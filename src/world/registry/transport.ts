import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { getCACertificates } from 'node:tls'
import { ProblemError } from '../../values/problem.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { HttpClient, SilentServerError, type StreamedResponse } from '../http/httpClient.ts'
import { transportProblem } from '../http/transportProblem.ts'
import { caFileProblem, replyTooLarge } from './registryProblems.ts'

export type RegistryRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Buffer
  readonly signal?: AbortSignal
}

export type Upload = Omit<RegistryRequest, 'method' | 'body'> & {
  readonly method: 'PUT' | 'PATCH'
  readonly content: AsyncIterable<Buffer>
  /** Bytes. */
  readonly size: number
  readonly signal: AbortSignal
}

/** A complete response; registries' responses are small. */
export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

const MAX_REPLY_BYTES = 8 * 1024 * 1024
// Longer than any registry takes to store a large blob after its last byte.
const IDLE_TIMEOUT_MS = 120_000
const NO_LIMIT_MS = 2 ** 31 - 1

/** The authorities for a host's certificate: those of the PEM files, in addition to the machine's own or instead of them; the machine's own when there are none. */
export type CaTrust = { readonly caFiles: readonly string[]; readonly isAddition: boolean }

/** HTTP to registries and the hosts that they redirect to: one pool per origin. Throws ProblemErrors. */
export class RegistryTransport {
  readonly #trust: (host: string) => CaTrust
  readonly #clients = new Map<string, Promise<HttpClient>>()

  constructor(trust: (host: string) => CaTrust) {
    this.#trust = trust
  }

  async request({ method, url, headers, body, signal }: RegistryRequest): Promise<Reply> {
    const client = await this.#client(url)
    const response = await client.open({
      method,
      path: pathOf(url),
      headers: { ...AGENT, ...headers, ...(body && { 'content-length': String(body.length) }) },
      ...(body && { body }),
      ...(signal && { signal }),
    })
    return readReply(response, client.endpoint)
  }

  /**
   * One request with `content`, without a time limit while bytes are moving; an early response (a refusal) ends it. Errors of
   * `content` are thrown unchanged.
   */
  async upload({ method, url, headers, content, size, signal }: Upload): Promise<Reply> {
    const client = await this.#client(url)
    const idle = new IdleTimer()
    const aborter = new AbortController()
    const body = { isSent: false }
    try {
      const response = await client.open({
        method,
        path: pathOf(url),
        headers: { ...AGENT, ...headers, 'content-length': String(size) },
        body: trackBody(content, idle, body),
        timeoutMs: NO_LIMIT_MS,
        signal: AbortSignal.any([signal, idle.signal, aborter.signal]),
      })
      return await readReply(response, client.endpoint)
    } catch (error) {
      throw idle.signal.aborted ? new ProblemError(transportProblem(new SilentServerError(), client.endpoint)) : error
    } finally {
      idle.stop()
      // A connection with a partial body cannot be reused.
      if (!body.isSent) aborter.abort()
    }
  }

  close(): void {
    for (const client of this.#clients.values())
      client.then(
        (client) => client.close(),
        () => {},
      )
  }

  #client(url: URL): Promise<HttpClient> {
    const known = this.#clients.get(url.origin) ?? this.#open(url)
    this.#clients.set(url.origin, known)
    return known
  }

  async #open(url: URL): Promise<HttpClient> {
    const { caFiles, isAddition }: CaTrust = url.protocol === 'https:' ? this.#trust(url.host) : { caFiles: [], isAddition: false }
    const read = caFiles.map((file) => readFile(file, 'utf8').catch(() => Promise.reject(caFileProblem(url.host, file))))
    const systemAuthorities = isAddition ? getCACertificates('default') : []
    const ca = caFiles.length === 0 ? undefined : [...systemAuthorities, ...(await Promise.all(read))].join('\n')
    return new HttpClient({ url: new URL(url.origin), name: `the registry ${url.host}`, code: 'registry', ...(ca !== undefined && { ca }) })
  }
}

const AGENT = { 'user-agent': 'groundcrew' }

function pathOf({ pathname, search }: URL): string {
  return pathname + search
}

async function readReply({ status, headers, stream }: StreamedResponse, endpoint: Endpoint): Promise<Reply> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      size += (chunk as Buffer).length
      if (size > MAX_REPLY_BYTES) throw replyTooLarge(endpoint.url.host)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw error instanceof ProblemError ? error : new ProblemError(transportProblem(error, endpoint))
  }
  return { status, headers, body: Buffer.concat(chunks) }
}

async function* trackBody(content: AsyncIterable<Buffer>, idle: IdleTimer, body: { isSent: boolean }): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    yield piece
    idle.moved()
  }
  body.isSent = true
}

/** Aborts when no byte has moved for a while. */
class IdleTimer {
  readonly #controller = new AbortController()
  #timer = this.#begin()

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  moved(): void {
    this.#timer.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #begin(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), IDLE_TIMEOUT_MS)
  }
}
