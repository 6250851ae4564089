import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import { VERSION } from '../../version.ts'
import { HttpClient, type Response } from '../http/httpClient.ts'
import type { Connection } from './connect.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What is asked of the API server, and its name in problems: `the secret spacelift/spacelift-shared`. */
export type Call = {
  readonly method: Method
  readonly path: string
  readonly what: string
  readonly body?: unknown
  readonly contentType?: string
}

const FIELD_MANAGER = 'fieldManager=groundcrew&fieldValidation=Strict'
const PATIENCE = 3

/** The API server over one pool of connections: JSON in, JSON out, and Kubernetes' Status taken at its word. */
export class Api {
  readonly #connection: Connection
  readonly #http: HttpClient
  #serverTime = ''

  constructor(connection: Connection) {
    this.#connection = connection
    this.#http = new HttpClient(connection.endpoint)
  }

  /** A GET of one object: absent by a Status NotFound that names something, all else that is no object is unknown. */
  async read(path: string, what: string): Promise<ReadResult<unknown>> {
    try {
      const { status, body } = await this.#patiently({ method: 'GET', path, what })
      if (status === 200 && isMap(body)) return present(body)
      if (provesAbsence(status, body)) return absent(`Status NotFound from the API server for ${what}`)
      return unknown(this.problem({ method: 'GET', path, what }, status, body))
    } catch (error) {
      if (error instanceof ProblemError) return unknown(error.problems[0] as Problem)
      throw error
    }
  }

  /** A GET of plain text, asked once: nobody waits for it. */
  async readText(path: string, what: string): Promise<ReadResult<string>> {
    try {
      const { status, body } = await this.#send({ method: 'GET', path, what })
      return status === 200 ? present(body.toString('utf8')) : unknown(this.problem({ method: 'GET', path, what }, status, parse(body)))
    } catch (error) {
      if (error instanceof ProblemError) return unknown(error.problems[0] as Problem)
      throw error
    }
  }

  /** A write. Answers the object; throws a ProblemError for anything but success. */
  async write(call: Call): Promise<unknown> {
    const { status, body } = await this.attempt(call)
    if (status >= 200 && status < 300) return body
    throw new ProblemError(this.problem(call, status, body))
  }

  /** A request whose refusals the caller tells apart itself. */
  async attempt(call: Call): Promise<{ status: number; body: unknown }> {
    const response = await this.#send(call)
    return { status: response.status, body: parse(response.body) }
  }

  /** The API server's own time at its last answer, RFC 3339; '' before it, or where a proxy left it out. This host's clock may be wrong. */
  get serverTime(): string {
    return this.#serverTime
  }

  close(): void {
    this.#http.close()
  }

  /** What an answer that is no success means for a person. */
  problem(call: Call, status: number, body: unknown): Problem {
    const reason = isMap(body) && typeof body.reason === 'string' ? body.reason : ''
    const where = this.#connection.endpoint.url.origin
    if (status === 401) return unauthorized(where)
    if (status === 403) return forbidden(call, body)
    if (status === 409 && reason === 'Conflict') return changedMeanwhile(call)
    if (status === 409)
      return {
        code: 'cluster/exists',
        summary: `${upper(call.what)} exists already.`,
        remedy: 'Plan again: it came into being since the plan was made.',
      }
    if (status === 404 && reason === '') return notKubernetes(where)
    return other(call, status, reason, messageOf(body))
  }

  /** Reads are repeated a little while the server asks for patience. */
  async #patiently(call: Call): Promise<{ status: number; body: unknown }> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#send(call)
      const busy = response.status === 429 || response.status === 503 || response.status === 500
      if (!busy || attempt === PATIENCE) return { status: response.status, body: parse(response.body) }
      const wait = Math.min(2, Number(response.headers['retry-after'] ?? 0) || attempt * 0.2)
      await new Promise((resolve) => setTimeout(resolve, wait * 1000))
    }
  }

  async #send({ method, path, body, contentType = 'application/json' }: Call): Promise<Response> {
    const token = await this.#connection.token()
    const query = method === 'GET' || method === 'DELETE' ? '' : `${path.includes('?') ? '&' : '?'}${FIELD_MANAGER}`
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      accept: 'application/json',
      'user-agent': `groundcrew/${VERSION}`,
      ...(token !== undefined && { authorization: `Bearer ${token.open()}` }),
      ...(text !== undefined && { 'content-type': contentType, 'content-length': String(Buffer.byteLength(text)) }),
    }
    // A base path in the server's URL (a proxy in front) comes before the API's own.
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

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The server's own word that this very object is not there: a bare 404 may come from a proxy or a missing API group. */
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

function unauthorized(where: string): Problem {
  return {
    code: 'cluster/unauthorized',
    summary: `The API server does not know who we are (401, ${where}).`,
    remedy: 'Look at the user of this context: its token or certificate may have expired. kubectl auth whoami tells.',
  }
}

function forbidden({ method, path, what }: Call, body: unknown): Problem {
  if (isTerminating(body)) {
    const remedy = 'Wait until it is gone, then apply again. kubectl get namespace -o yaml names what holds it.'
    return { code: 'cluster/namespace-terminating', summary: `${upper(what)} cannot be made: its namespace is being deleted.`, remedy }
  }
  const { verb, resource, namespace } = rights(method, path)
  const scope = namespace === undefined ? '' : ` -n ${namespace}`
  return {
    code: 'cluster/forbidden',
    summary: `This user may not ${verb} ${what} (403).`,
    remedy: `It needs the right to ${verb} ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}: kubectl auth can-i ${verb} ${resource}${scope}`,
  }
}

function isTerminating(body: unknown): boolean {
  const causes = isMap(body) && isMap(body.details) ? body.details.causes : undefined
  return Array.isArray(causes) && causes.some((cause) => isMap(cause) && cause.reason === 'NamespaceTerminating')
}

const VERBS: { readonly [M in Method]: string } = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** The right a request needs, read from its path: `/api/v1/namespaces/N/secrets/NAME`. */
function rights(method: Method, path: string): { verb: string; resource: string; namespace?: string } {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '')
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3)
  const group = parts[0] === 'api' ? '' : `.${parts[1]}`
  const namespaced = rest[0] === 'namespaces' && rest.length > 2
  const [resource = '', name] = namespaced ? rest.slice(2) : rest
  const verb = method === 'GET' && name === undefined ? 'list' : VERBS[method]
  return { verb, resource: `${resource}${group}`, ...(namespaced && { namespace: rest[1] as string }) }
}

function changedMeanwhile({ what }: Call): Problem {
  return {
    code: 'cluster/changed-meanwhile',
    summary: `${upper(what)} was changed by somebody else since the plan was made.`,
    remedy: 'Plan again and look at what is different.',
  }
}

function notKubernetes(where: string): Problem {
  return {
    code: 'cluster/not-kubernetes',
    summary: `${where} answers 404, but not as Kubernetes does.`,
    remedy: 'Look at the server of this context in the kubeconfig, and at proxies in front of it.',
  }
}

function other({ what, method }: Call, status: number, reason: string, message: string | undefined): Problem {
  return {
    code: 'cluster/error',
    summary: `The API server answered ${status}${reason === '' ? '' : ` ${reason}`} when asked to ${VERBS[method]} ${what}.`,
    ...(message !== undefined && { detail: message }),
    remedy:
      status >= 500 || status === 429
        ? 'Try again; if it stays, look at the API server’s log.'
        : 'Look at what the server says and mend its cause.',
  }
}

/** Messages about Secrets may quote what was sent. */
function messageOf(body: unknown): string | undefined {
  if (!isMap(body) || typeof body.message !== 'string') return undefined
  return isMap(body.details) && body.details.kind === 'secrets' ? undefined : body.message
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
