import { createHash } from 'node:crypto'
import type { Problem } from '../../values/problem.ts'
import { ProblemError } from '../../values/problem.ts'
import type { Sealed } from '../../values/sealed.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { HttpClient, type Response } from '../http/httpClient.ts'
import { isBusyStatus, isTransientProblem, type Outcome, retry } from '../http/retry.ts'
import { type ErrorResponse, type Operation, parseError, s3Problem } from './s3Problems.ts'
import { loadXml, type Xml } from './xml.ts'

export type Credentials = { readonly region: string; readonly accessKey: Sealed; readonly secretKey: Sealed }

export type S3Request = Operation & {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** With its query, both percent-encoded. */
  readonly path: string
  /** XML. */
  readonly body?: string
}

/** `code` is S3's error code; without one the response did not come from MinIO. */
export type Reply =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false
      readonly status: number
      readonly code: string | undefined
      readonly problem: Problem
      readonly operation: Operation
    }

/** A handshake costs 1 to 2 ms of CPU time: with a server nearby 4 would be 10 ms faster, but at 50 ms distance 12 save 100 ms over 8. */
const SOCKETS = 12
const RETRY_WAITS_MS = [200, 600]

type Loaded = { readonly xml: Xml; readonly sign: typeof import('minio/dist/esm/signing.mjs').signV4 }

/**
 * Signed requests to one MinIO. Only the signing of minio-js is used: its client converts names that look like numbers to
 * numbers, drops error codes, and logs its retries to stderr.
 */
export class S3Client {
  readonly #http: HttpClient
  readonly #credentials: Credentials
  readonly #now: () => Date
  #loaded: Promise<Loaded> | undefined

  constructor(endpoint: Endpoint, credentials: Credentials, now: () => Date) {
    this.#http = new HttpClient(endpoint, SOCKETS)
    this.#credentials = credentials
    this.#now = now
  }

  get origin(): string {
    return this.#http.endpoint.url.origin
  }

  /** Loads the signing and the parser, which takes 60 ms: call it while waiting for something else. */
  load(): Promise<Loaded> {
    this.#loaded ??= Promise.all([loadXml(), import('minio/dist/esm/signing.mjs')]).then(([xml, { signV4 }]) => ({ xml, sign: signV4 }))
    return this.#loaded
  }

  close(): void {
    this.#http.close()
  }

  /** Sends a request; repeats a read while MinIO is busy. Returns failures of the server and of the connection, and throws none of them. */
  async send(request: S3Request): Promise<Reply> {
    const maxTries = request.method === 'GET' ? RETRY_WAITS_MS.length + 1 : 1
    return retry(() => this.#sendOnce(request), { maxTries, waitMs: waitWhileBusy })
  }

  async #sendOnce(request: S3Request): Promise<Reply> {
    const operation = { permission: request.permission, ...(request.bucket !== undefined && { bucket: request.bucket }) }
    const loaded = await this.load()
    const keyProblem = unusableKeyProblem(this.#credentials)
    if (keyProblem !== undefined) return { ok: false, status: 0, code: undefined, problem: keyProblem, operation }
    try {
      const response = await this.#http.request(this.#signed(request, loaded))
      const text = response.body.toString('utf8')
      if (response.status >= 200 && response.status < 300) return { ok: true, text }
      const refused = { ...errorResponse(response), ...parseError(text, loaded.xml) }
      return { ok: false, ...refused, problem: s3Problem(refused, operation, this.origin, this.#now()), operation }
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problems[0] === undefined) throw error
      return { ok: false, status: 0, code: undefined, problem: error.problems[0], operation }
    }
  }

  #signed({ method, path, body = '' }: S3Request, { sign }: Loaded) {
    const { region, accessKey, secretKey } = this.#credentials
    const now = this.#now()
    const sha256 = createHash('sha256').update(body).digest('hex')
    const headers: { [name: string]: string } = {
      host: this.#http.endpoint.url.host,
      'x-amz-date': now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      'x-amz-content-sha256': sha256,
      // MinIO refuses a lifecycle without it.
      ...(body !== '' && { 'content-md5': createHash('md5').update(body).digest('base64') }),
    }
    const request = { method, path, headers } as unknown as Parameters<Loaded['sign']>[0]
    headers.authorization = sign(request, accessKey.open(), secretKey.open(), region, now, sha256)
    return { method, path, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, ...(body !== '' && { body }) }
  }
}

function waitWhileBusy(outcome: Outcome<Reply>, tries: number): number | undefined {
  if ('error' in outcome || outcome.value.ok) return undefined
  const { status, problem } = outcome.value
  return isBusyStatus(status) || isTransientProblem(problem) ? RETRY_WAITS_MS[tries - 1] : undefined
}

/** A key that cannot be sent in a header; MinIO creates no such keys. */
function unusableKeyProblem({ accessKey, secretKey }: Credentials): Problem | undefined {
  if (/^[\x21-\x7e]+$/.test(accessKey.open()) && !secretKey.isEmpty()) return undefined
  const fault = secretKey.isEmpty() ? 'secretKey is empty' : 'accessKey is empty, or contains spaces or line breaks'
  return {
    code: 'minio/unusable-key',
    summary: `objectStorage.admin.${fault}.`,
    remedy: 'Check its source: the variable must not be empty, the file must contain only the key.',
  }
}

function errorResponse({ status, headers }: Response): Omit<ErrorResponse, 'code' | 'message' | 'region'> {
  return {
    status,
    contentType: headers['content-type'] ?? '',
    location: headers.location,
    serverTime: Date.parse(headers.date ?? ''),
  }
}
