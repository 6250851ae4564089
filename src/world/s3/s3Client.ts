import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '../../values/problem.ts'
import { ProblemError } from '../../values/problem.ts'
import type { Sealed } from '../../values/sealed.ts'
import { type Endpoint, HttpClient, type Response } from '../http/httpClient.ts'
import { errorOf, type Operation, type Refused, refusalProblem } from './s3Problems.ts'
import { loadXml, type Xml } from './xml.ts'

export type Credentials = { readonly region: string; readonly accessKey: Sealed; readonly secretKey: Sealed }

export type Call = Operation & {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** With its query, both percent-encoded. */
  readonly path: string
  /** XML. */
  readonly body?: string
}

/** `code` is S3's own; without one it was no answer of MinIO's. */
export type Reply =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly status: number; readonly code: string | undefined; readonly problem: Problem; readonly asked: Operation }

/** A handshake costs 1 to 2 ms of computing: nearby 4 would be quickest by 10 ms, but 50 ms away 12 save 100 ms over 8. */
const SOCKETS = 12
const WAITS_MS = [200, 600]

type Loaded = { readonly xml: Xml; readonly sign: typeof import('minio/dist/esm/signing.mjs').signV4 }

/**
 * Signed requests to one MinIO. Of minio-js only the signing is used: its client turns names that look like numbers
 * into numbers, loses the code of errors, and writes its retries to stderr.
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

  /** Loads signing and parser, 60 ms: call it while something else is being waited for. */
  load(): Promise<Loaded> {
    this.#loaded ??= Promise.all([loadXml(), import('minio/dist/esm/signing.mjs')]).then(([xml, { signV4 }]) => ({ xml, sign: signV4 }))
    return this.#loaded
  }

  close(): void {
    this.#http.close()
  }

  /** Sends a request; a read that MinIO has no time for is repeated. Nothing is thrown for what the server or the way to it did. */
  async send(call: Call): Promise<Reply> {
    const waits = call.method === 'GET' ? WAITS_MS : []
    for (const wait of waits) {
      const reply = await this.#once(call)
      if (reply.ok || reply.problem.code !== 'minio/busy') return reply
      await sleep(wait)
    }
    return this.#once(call)
  }

  async #once(call: Call): Promise<Reply> {
    const asked = { right: call.right, ...(call.bucket !== undefined && { bucket: call.bucket }) }
    const loaded = await this.load()
    const unusable = unusableKey(this.#credentials)
    if (unusable !== undefined) return { ok: false, status: 0, code: undefined, problem: unusable, asked }
    try {
      const response = await this.#http.request(this.#signed(call, loaded))
      const text = response.body.toString('utf8')
      if (response.status >= 200 && response.status < 300) return { ok: true, text }
      const refused = { ...refusedBy(response), ...errorOf(text, loaded.xml) }
      return { ok: false, ...refused, problem: refusalProblem(refused, asked, this.origin, this.#now()), asked }
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problems[0] === undefined) throw error
      return { ok: false, status: 0, code: undefined, problem: error.problems[0], asked }
    }
  }

  #signed({ method, path, body = '' }: Call, { sign }: Loaded) {
    const { region, accessKey, secretKey } = this.#credentials
    const now = this.#now()
    const sha256 = createHash('sha256').update(body).digest('hex')
    const headers: { [name: string]: string } = {
      host: this.#http.endpoint.url.host,
      'x-amz-date': now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      'x-amz-content-sha256': sha256,
      // MinIO takes no lifecycle without it.
      ...(body !== '' && { 'content-md5': createHash('md5').update(body).digest('base64') }),
    }
    const request = { method, path, headers } as unknown as Parameters<Loaded['sign']>[0]
    headers.authorization = sign(request, accessKey.open(), secretKey.open(), region, now, sha256)
    return { method, path, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) }, ...(body !== '' && { body }) }
  }
}

/** Nothing that could be sent in a header; MinIO makes no such keys. */
function unusableKey({ accessKey, secretKey }: Credentials): Problem | undefined {
  if (/^[\x21-\x7e]+$/.test(accessKey.open()) && !secretKey.isEmpty()) return undefined
  const which = secretKey.isEmpty() ? 'secretKey is empty' : 'accessKey is empty, or has blanks or line breaks in it'
  return {
    code: 'minio/unusable-key',
    summary: `objectStorage.admin.${which}.`,
    remedy: 'Look at where it is read from: an empty variable, a file with more than the key in it?',
  }
}

function refusedBy({ status, headers }: Response): Omit<Refused, 'code' | 'message' | 'region'> {
  return {
    status,
    contentType: headers['content-type'] ?? '',
    location: headers.location,
    serverTime: Date.parse(headers.date ?? ''),
  }
}
