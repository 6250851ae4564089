import type http from 'node:http'
import https from 'node:https'
import { uptime } from 'node:os'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { AdaptiveLimiter } from './adaptiveLimiter.ts'
import { transportProblem } from './transportProblem.ts'

/** A server as it is spoken to, and as it is called in problems. */
export type Endpoint = {
  readonly url: URL
  /** `the API server`, `MinIO`, `the registry registry.example.com`. */
  readonly what: string
  /** First part of its problems' codes: `cluster`, `minio`, `registry`. */
  readonly code: string
  /** PEM; the system's authorities when absent. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly tlsServerName?: string
  readonly skipTlsVerify?: boolean
}

export type Request = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  /** Pieces are sent one after the other: each may be overwritten when the next is asked for. */
  readonly body?: string | Buffer | AsyncIterable<Buffer>
  /** Until the answer's head; the body may take as long between two pieces. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type Response = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }
export type StreamedResponse = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly stream: http.IncomingMessage
}

/** A silent server is answered for within 10 s of a person's time, connection included. */
export const TIMEOUT_MS = 8_000

/**
 * A write that its holder of the lock decided on, and that could not be sent for so long, may find another holder: a lock
 * is assertLockHeld 20 s after its last renewal and taken over after 30 s. Seconds after boot count, also those of a suspension.
 */
const WRITE_WITHIN_SECONDS = 8

/** Importing it would load undici: an ES module of Node's reads all that it exports. */
const plainHttp = () => process.getBuiltinModule('node:http')

/** `soonMs`: how long an answer may take that still comes soon; see {@link AdaptiveLimiter}. */
export type Patience = { readonly soonMs?: number | undefined; readonly writeWithinSeconds?: number | undefined }

/** One server over one pool of kept-alive connections. Throws a ProblemError for all that is no HTTP answer. */
export class HttpClient {
  readonly endpoint: Endpoint
  readonly agent: http.Agent
  readonly #lanes: AdaptiveLimiter
  readonly #writeWithinSeconds: number

  constructor(endpoint: Endpoint, maxSockets = 16, { soonMs, writeWithinSeconds = WRITE_WITHIN_SECONDS }: Patience = {}) {
    this.#writeWithinSeconds = writeWithinSeconds
    this.endpoint = endpoint
    const options = { keepAlive: true, maxSockets, scheduling: 'fifo' as const }
    const isSecure = endpoint.url.protocol === 'https:'
    this.agent = isSecure ? new https.Agent({ ...options, ...tlsOptions(endpoint) }) : new (plainHttp().Agent)(options)
    this.#lanes = new AdaptiveLimiter(maxSockets, (error) => error instanceof SilentServer, soonMs)
  }

  /** Sends a request when it is its turn and reads the whole answer. Writes come first, and are not sent late. */
  async request(request: Request): Promise<Response> {
    const decided = uptime()
    const isWrite = !isRepeatable(request)
    const send = () => {
      if (isWrite && uptime() - decided > this.#writeWithinSeconds) throw new ProblemError(tooLate(this.endpoint))
      return this.#exchange(request)
    }
    return this.#lanes.run(send, isWrite).catch((error) => Promise.reject(this.#problem(error)))
  }

  /** Sends a request and answers as soon as the head is there; the caller reads or destroys the stream. */
  async open(request: Request): Promise<StreamedResponse> {
    return this.#deliver(request).catch((error) => Promise.reject(this.#problem(error)))
  }

  close(): void {
    this.agent.destroy()
  }

  #problem(error: unknown): Error {
    return error instanceof ProblemError ? error : new ProblemError(transportProblem(error, this.endpoint))
  }

  async #exchange(request: Request): Promise<Response> {
    const { status, headers, stream } = await this.#deliver(request)
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    return { status, headers, body: Buffer.concat(chunks) }
  }

  /** A kept-alive connection may have been closed by the server while our request was on its way. */
  async #deliver(request: Request): Promise<StreamedResponse> {
    return this.#send(request).catch((error) => {
      if (isStale(error) && isRepeatable(request)) return this.#send(request)
      throw error
    })
  }

  #send({ method, path, headers, body, timeoutMs = TIMEOUT_MS, signal }: Request): Promise<StreamedResponse> {
    return new Promise((resolve, reject) => {
      const { url } = this.endpoint
      const send = url.protocol === 'https:' ? https.request : plainHttp().request
      const target = {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method,
        path,
        headers: { ...headers },
        agent: this.agent,
        ...(signal && { signal }),
      }
      const request = send(target)
      const silent = setTimeout(() => request.destroy(new SilentServer()), timeoutMs)
      request.on('error', (error) => {
        clearTimeout(silent)
        reject(Object.assign(error, { onReusedSocket: request.reusedSocket }))
      })
      request.on('response', (stream) => {
        clearTimeout(silent)
        stream.setTimeout(timeoutMs, () => stream.destroy(new SilentServer()))
        resolve({ status: stream.statusCode ?? 0, headers: stream.headers, stream })
      })
      sendBody(request, body, reject)
    })
  }
}

function tooLate({ what, code }: Endpoint): Problem {
  return {
    code: `${code}/too-late`,
    summary: `A write to ${what} could not be sent in time, so it is not sent: somebody else may hold the lock by now.`,
    remedy: 'Look why this machine or the server was busy or suspended, then apply again: it goes on from here.',
  }
}

/** Nothing came for too long. */
export class SilentServer extends Error {
  readonly code = 'SILENT'
}

function sendBody(request: http.ClientRequest, body: Request['body'], reject: (error: unknown) => void): void {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) request.end(body)
  else
    writeBody(request, body).catch((error) => {
      request.destroy()
      reject(error)
    })
}

/** Ends early when the request has: an answer that came before the end of the body, a broken connection. */
async function writeBody(request: http.ClientRequest, body: AsyncIterable<Buffer>): Promise<void> {
  const over = new Promise<true>((resolve) => request.once('close', () => resolve(true)))
  for await (const piece of body) {
    const written = new Promise<false>((resolve) => request.write(piece, () => resolve(false)))
    if (await Promise.race([written, over])) return
  }
  request.end()
}

function tlsOptions(endpoint: Endpoint): https.AgentOptions {
  const { ca, cert, key, tlsServerName, skipTlsVerify } = endpoint
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
    rejectUnauthorized: !skipTlsVerify,
  }
}

function isStale(error: unknown): boolean {
  const { code, onReusedSocket } = error as { code?: string; onReusedSocket?: boolean }
  return onReusedSocket === true && (code === 'ECONNRESET' || code === 'EPIPE')
}

function isRepeatable({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
