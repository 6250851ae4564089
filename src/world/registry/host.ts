import { ProblemError } from '../../values/problem.ts'
import { isBusyStatus, type Outcome, retry, retryAfterMs } from '../http/retry.ts'
import type { Auth } from './auth.ts'
import { badRedirect, loginNeeded } from './registryProblems.ts'
import type { RegistryRequest, RegistryTransport, Reply, Upload } from './transport.ts'

/** The access to a repository that a request needs: the actions in the scope of its token. */
export type Access = 'pull' | 'pull,push' | 'delete'

type HostRequest = Omit<RegistryRequest, 'url'> & {
  /** Or an absolute URL that the registry returned. */
  readonly path: string
  readonly repository: string
  readonly access: Access
  /** Access to other repositories that the request needs too. */
  readonly scopes?: readonly string[]
  /** The caller retries by itself. */
  readonly noRetry?: boolean
}

const MAX_REDIRECTS = 3
const MAX_TRIES = 3
const WAIT_MS = 200
const MAX_WAIT_MS = 5_000

/** One registry: sends requests with its login, which no other host receives, and repeats them while the registry is busy. */
export class RegistryHost {
  readonly host: string
  readonly origin: string
  readonly #transport: RegistryTransport
  readonly #auth: Auth

  constructor(host: string, origin: string, transport: RegistryTransport, auth: Auth) {
    this.host = host
    this.origin = origin
    this.#transport = transport
    this.#auth = auth
  }

  /** Returns a reply with any status, a 401 included when the login was refused. Throws ProblemErrors when there is no reply. */
  async request({ path, repository, access, scopes = [], noRetry = false, ...request }: HostRequest): Promise<Reply> {
    const scope = [`repository:${repository}:${access}`, ...scopes].join(' ')
    let url = new URL(path, this.origin)
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const reply = await (noRetry ? this.#sendAuthorized({ ...request, url }, scope) : this.#sendWithRetry({ ...request, url }, scope))
      const target = request.method === 'GET' || request.method === 'HEAD' ? redirectOf(reply, url) : undefined
      if (target === undefined) return reply
      url = target
    }
    throw new ProblemError(badRedirect(this.host))
  }

  /**
   * Sends one piece of an upload to the URL that the registry returned, on any host. The body is sent once, without a retry; a
   * token that was refused is not used again.
   */
  async upload(
    upload: Omit<Upload, 'headers'> & { readonly headers: { readonly [name: string]: string } },
    repository: string,
  ): Promise<Reply> {
    const scope = `repository:${repository}:pull,push`
    const authorization = await this.#authorization(upload.url, scope)
    const ownHeaders = { 'content-type': 'application/octet-stream', ...(authorization && { authorization }) }
    const reply = await this.#transport.upload({ ...upload, headers: { ...upload.headers, ...ownHeaders } })
    if (reply.status === 401 && upload.url.origin === this.origin)
      await this.#auth.retryHeader(reply.headers['www-authenticate'], scope, authorization)
    return reply
  }

  /** Whether a 401 to a request with a login means a wrong password; with a token server it means missing permission. */
  get refusesLogin(): boolean {
    return this.#auth.isBasic
  }

  /** Repeats the request while the registry reports that it is busy; returns the last reply. */
  async #sendWithRetry(request: RegistryRequest, scope: string): Promise<Reply> {
    return retry(() => this.#sendAuthorized(request, scope), { maxTries: MAX_TRIES, waitMs: waitWhileBusy, signal: request.signal })
  }

  async #sendAuthorized(request: RegistryRequest, scope: string): Promise<Reply> {
    const first = await this.#authorization(request.url, scope)
    const reply = await this.#transport.request(withLogin(request, first))
    if (reply.status !== 401 || request.url.origin !== this.origin) return reply
    const challenge = reply.headers['www-authenticate']
    if (challenge === undefined && first === undefined) throw new ProblemError(loginNeeded(this.host))
    const second = await this.#auth.retryHeader(challenge, scope, first)
    return second === undefined ? reply : this.#transport.request(withLogin(request, second))
  }

  /** Other hosts receive no login. */
  async #authorization(url: URL, scope: string): Promise<string | undefined> {
    return url.origin === this.origin ? this.#auth.header(scope) : undefined
  }
}

function withLogin(request: RegistryRequest, authorization: string | undefined): RegistryRequest {
  return authorization === undefined ? request : { ...request, headers: { ...request.headers, authorization } }
}

function redirectOf({ status, headers }: Reply, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined
  return URL.parse(headers.location, from.href) ?? undefined
}

/** How long to wait before the next try, in milliseconds; undefined when the reply is final. */
function waitWhileBusy(outcome: Outcome<Reply>, tries: number): number | undefined {
  if ('error' in outcome || !isBusyStatus(outcome.value.status)) return undefined
  const wait = retryAfterMs(outcome.value.headers['retry-after'], Date.now()) ?? WAIT_MS * 2 ** tries
  return wait <= MAX_WAIT_MS ? wait : undefined
}
