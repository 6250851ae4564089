import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import { VERSION } from '../../version.ts'
import { HttpClient, type Response } from '../http/httpClient.ts'
import { isBusyStatus, type Outcome, retry, retryAfterMs } from '../http/retry.ts'
import { apiProblem, type Method } from './apiProblems.ts'
import type { Connection } from './connect.ts'

/** A request to the API server. `target`: what it reads or writes, as problems name it: `the secret spacelift/spacelift-shared`. */
export type ApiRequest = {
  readonly method: Method
  readonly path: string
  readonly target: string
  readonly body?: unknown
  readonly contentType?: string
}

const FIELD_MANAGER = 'fieldManager=groundcrew&fieldValidation=Strict'
const MAX_TRIES = 3
const WAIT_MS = 200
/** A read waits no longer, whatever Retry-After says: its caller reports the busy server instead. */
const MAX_WAIT_MS = 2_000

/** The API server over one pool of connections: JSON in, JSON out; only a Status object proves absence. */
export class Api {
  readonly #connection: Connection
  readonly #http: HttpClient
  #serverTime = ''

  constructor(connection: Connection) {
    this.#connection = connection
    this.#http = new HttpClient(connection.endpoint)
  }

  /** A GET of one object: absent by a Status NotFound that names something; any other response without an object is unknown. */
  async read(path: string, target: string): Promise<ReadResult<unknown>> {
    try {
      const { status, body } = await this.#sendWithRetry({ method: 'GET', path, target })
      if (status === 200 && isMap(body)) return present(body)
      if (provesAbsence(status, body)) return absent(`Status NotFound from the API server for ${target}`)
      return unknown(this.problem({ method: 'GET', path, target }, status, body))
    } catch (error) {
      if (error instanceof ProblemError) return unknown(error.problems[0] as Problem)
      throw error
    }
  }

  /** A GET of plain text, without retries: no caller depends on it. */
  async readText(path: string, target: string): Promise<ReadResult<string>> {
    try {
      const { status, body } = await this.#send({ method: 'GET', path, target })
      return status === 200 ? present(body.toString('utf8')) : unknown(this.problem({ method: 'GET', path, target }, status, parse(body)))
    } catch (error) {
      if (error instanceof ProblemError) return unknown(error.problems[0] as Problem)
      throw error
    }
  }

  /** A write. Returns the object; throws a ProblemError for anything but success. */
  async write(request: ApiRequest): Promise<unknown> {
    const { status, body } = await this.request(request)
    if (status >= 200 && status < 300) return body
    throw new ProblemError(this.problem(request, status, body))
  }

  /** A request whose refusals the caller handles itself. */
  async request(request: ApiRequest): Promise<{ status: number; body: unknown }> {
    const response = await this.#send(request)
    return { status: response.status, body: parse(response.body) }
  }

  /** The API server's clock at its last response, RFC 3339; '' before it, or where a proxy omits it. This host's clock may be wrong. */
  get serverTime(): string {
    return this.#serverTime
  }

  close(): void {
    this.#http.close()
  }

  /** The problem of a response that is no success. */
  problem(request: ApiRequest, status: number, body: unknown): Problem {
    return apiProblem(request, this.#connection.endpoint.url.origin, status, body)
  }

  /** Repeats a read for a short time while the server is busy. */
  async #sendWithRetry(request: ApiRequest): Promise<{ status: number; body: unknown }> {
    const response = await retry(() => this.#send(request), { maxTries: MAX_TRIES, waitMs: waitWhileBusy })
    return { status: response.status, body: parse(response.body) }
  }

  async #send({ method, path, body, contentType = 'application/json' }: ApiRequest): Promise<Response> {
    const token = await this.#connection.token()
    const query = method === 'GET' || method === 'DELETE' ? '' : `${path.includes('?') ? '&' : '?'}${FIELD_MANAGER}`
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      accept: 'application/json',
      'user-agent': `groundcrew/${VERSION}`,
      ...(token !== undefined && { authorization: `Bearer ${token.open()}` }),
      ...(text !== undefined && { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) }),
    }
    // A base path in the server's URL (of a proxy) precedes the API's own.
    const base = this.#connection.endpoint.url.pathname.replace(/\/$/, '')
    const response = await this.#http.request({
      method,
      path: `${base}${path}${query}`,
      headers,
      ...(text !== undefined && { body: text }),
    })
    const date = Date.parse(response.headers.date ?? '')
    if (!Number.isNaN(date)) this.#serverTime = new Date(date).toISOString()
    return response
  }
}

function waitWhileBusy(outcome: Outcome<Response>, tries: number): number | undefined {
  if ('error' in outcome || !isBusyStatus(outcome.value.status)) return undefined
  return Math.min(MAX_WAIT_MS, retryAfterMs(outcome.value.headers['retry-after'], Date.now()) || tries * WAIT_MS)
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Only a Status NotFound that names the object proves its absence: a bare 404 may come from a proxy or a missing API group. */
function provesAbsence(status: number, body: unknown): boolean {
  return (
    status === 404 &&
    isMap(body) &&
    body.kind === 'Status' &&
    body.reason === 'NotFound' &&
    isMap(body.details) &&
    typeof body.details.name === 'string'
  )
}
