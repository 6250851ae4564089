import type http from 'node:http'
import https from 'node:https'
import { uptime } from 'node:os'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { AdaptiveLimiter } from './adaptiveLimiter.ts'
import type { Endpoint } from './endpoint.ts'
import { isStaleConnection, type Outcome, retry } from './retry.ts'
import { transportProblem } from './transportProblem.ts'

export type Request = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  /** Pieces are sent one after the other: each may be overwritten when the next one is requested. */
  readonly body?: string | Buffer | AsyncIterable<Buffer>
  /** Limit until the response's head; the body may take as long between two pieces. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export type Response = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }
export type StreamedResponse = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly stream: http.IncomingMessage
}

/** A server that does not respond is reported within 10 s, connection setup included. */
export const TIMEOUT_MS = 8_000

/**
 * A write that a run decided on while it held the lock, and that was delayed for longer, may be sent after another run took
 * the lock over: a lock counts as held for 20 s after its last renewal and can be taken over after 30 s. Seconds since boot,
 * which also count while the machine is suspended.
 */
const WRITE_WITHIN_SECONDS = 8

/** A stale connection is discovered by the first try. */
const MAX_TRIES = 2

/** Not imported: an import of this built-in module evaluates all of its exports, which loads undici. */
const plainHttp = () => process.getBuiltinModule('node:http')

/** `slowAfterMs`: a server that takes longer to respond is slow; see {@link AdaptiveLimiter}. */
export type HttpLimits = { readonly slowAfterMs?: number | undefined; readonly writeWithinSeconds?: number | undefined }

/** One server over one pool of kept-alive connections. Throws a ProblemError for anything but an HTTP response. */
export class HttpClient {
  readonly endpoint: Endpoint
  readonly agent: http.Agent
  readonly #limiter: AdaptiveLimiter
  readonly #writeWithinSeconds: number

  constructor(endpoint: Endpoint, maxSockets = 16, { slowAfterMs, writeWithinSeconds = WRITE_WITHIN_SECONDS }: HttpLimits = {}) {
    this.#writeWithinSeconds = writeWithinSeconds
    this.endpoint = endpoint
    const options = { keepAlive: true, maxSockets, scheduling: 'fifo' as const }
    const isSecure = endpoint.url.protocol === 'https:'
    this.agent = isSecure ? new https.Agent({ ...options, ...tlsOptions(endpoint) }) : new (plainHttp().Agent)(options)
    this.#limiter = new AdaptiveLimiter(maxSockets, (error) => error instanceof SilentServerError, slowAfterMs)
  }

  /** Sends a request when it is its turn and reads the whole response. Writes come first, and are not sent late. */
  async request(request: Request): Promise<Response> {
    const decidedAt = uptime()
    const isWrite = !isRepeatable(request)
    const send = () => {
      if (isWrite && uptime() - decidedAt > this.#writeWithinSeconds) throw new ProblemError(tooLate(this.endpoint))
      return this.#exchange(request)
    }
    return this.#limiter.run(send, isWrite).catch((error) => Promise.reject(this.#problem(error)))
  }

  /** Sends a request and returns as soon as the response's head has arrived; the caller reads or destroys the stream. */
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

  /** The server may have closed a kept-alive connection while the request was on its way. */
  async #deliver(request: Request): Promise<StreamedResponse> {
    const waitMs = (outcome: Outcome<StreamedResponse>) => ('error' in outcome && isStaleConnection(outcome.error) ? 0 : undefined)
    return retry(() => this.#send(request), { maxTries: isRepeatable(request) ? MAX_TRIES : 1, waitMs })
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
      const timeout = setTimeout(() => request.destroy(new SilentServerError()), timeoutMs)
      request.on('error', (error) => {
        clearTimeout(timeout)
        reject(Object.assign(error, { onReusedSocket: request.reusedSocket }))
      })
      request.on('response', (stream) => {
        clearTimeout(timeout)
        stream.setTimeout(timeoutMs, () => stream.destroy(new SilentServerError()))
        resolve({ status: stream.statusCode ?? 0, headers: stream.headers, stream })
      })
      sendBody(request, body, reject)
    })
  }
}

function tooLate({ name, code }: Endpoint): Problem {
  return {
    code: `${code}/too-late`,
    summary: `A write to ${name} was delayed for too long and was not sent: another client may hold the lock by now.`,
    remedy: 'Check why this machine or the server was busy or suspended, then apply again: it continues from here.',
  }
}

/** Nothing arrived within the time limit. */
export class SilentServerError extends Error {
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

/** Stops early when the request ends before its body: by an early response or a broken connection. */
async function writeBody(request: http.ClientRequest, body: AsyncIterable<Buffer>): Promise<void> {
  const closed = new Promise<true>((resolve) => request.once('close', () => resolve(true)))
  for await (const piece of body) {
    const written = new Promise<false>((resolve) => request.write(piece, () => resolve(false)))
    if (await Promise.race([written, closed])) return
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

function isRepeatable({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
