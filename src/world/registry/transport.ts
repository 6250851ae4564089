import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { getCACertificates } from 'node:tls'
import { ProblemError } from '../../values/problem.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { HttpClient, SilentServerError, type StreamedResponse } from '../http/httpClient.ts'
import { transportProblem } from '../http/transportProblem.ts'
import { caFileProblem, oversize } from './registryProblems.ts'

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

/** A whole answer; what registries answer to us is small. */
export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

const LARGEST_REPLY = 8 * 1024 * 1024
// Longer than any registry takes to move a large blob to its place once it has it.
const IDLE_MS = 120_000
const NO_LIMIT_MS = 2 ** 31 - 1

/** By which certificates a host is believed: those of these PEM files, in addition to the machine's own or in their place; the machine's own without any. */
export type CaTrust = { readonly caFiles: readonly string[]; readonly isAddition: boolean }

/** HTTP to registries and whatever they send us to: one pool per origin. Throws ProblemErrors. */
export class RegistryTransport {
  readonly #trust: (host: string) => CaTrust
  readonly #clients = new Map<string, Promise<HttpClient>>()

  constructor(trust: (host: string) => CaTrust) {
    this.#trust = trust
  }

  async ask({ method, url, headers, body, signal }: RegistryRequest): Promise<Reply> {
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
   * One request with `content`, however long it takes while something moves; an answer before its end (a refusal) ends it.
   * What `content` throws is thrown as it is.
   */
  async upload({ method, url, headers, content, size, signal }: Upload): Promise<Reply> {
    const client = await this.#client(url)
    const idle = new IdleWatch()
    const over = new AbortController()
    const whole = { isSent: false }
    try {
      const response = await client.open({
        method,
        path: pathOf(url),
        headers: { ...AGENT, ...headers, 'content-length': String(size) },
        body: watched(content, idle, whole),
        timeoutMs: NO_LIMIT_MS,
        signal: AbortSignal.any([signal, idle.signal, over.signal]),
      })
      return await readReply(response, client.endpoint)
    } catch (error) {
      throw idle.signal.aborted ? new ProblemError(transportProblem(new SilentServerError(), client.endpoint)) : error
    } finally {
      idle.stop()
      // A connection with half a body on it is good for nothing.
      if (!whole.isSent) over.abort()
    }
  }

  close(): void {
    for (const client of this.#clients.values())
      client.then(
        (it) => it.close(),
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
    const usual = isAddition ? getCACertificates('default') : []
    const ca = caFiles.length === 0 ? undefined : [...usual, ...(await Promise.all(read))].join('\n')
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
      if (size > LARGEST_REPLY) throw oversize(endpoint.url.host)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw error instanceof ProblemError ? error : new ProblemError(transportProblem(error, endpoint))
  }
  return { status, headers, body: Buffer.concat(chunks) }
}

async function* watched(content: AsyncIterable<Buffer>, idle: IdleWatch, whole: { isSent: boolean }): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    yield piece
    idle.moved()
  }
  whole.isSent = true
}

/** Aborts when nothing has moved for a while. */
class IdleWatch {
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
    return setTimeout(() => this.#controller.abort(), IDLE_MS)
  }
}
