import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '../../values/problem.ts'
import { retryAfterMs } from '../http/retry.ts'
import type { Auth } from './auth.ts'
import { leavesHost, loginNeeded } from './registryProblems.ts'
import type { RegistryRequest, RegistryTransport, Reply, Upload } from './transport.ts'

/** What may be done in a repository; the scope of the token that allows it. */
export type Right = 'pull' | 'pull,push' | 'delete'

type Request = Omit<RegistryRequest, 'url'> & {
  /** Or a whole address that the registry gave. */
  readonly path: string
  readonly repository: string
  readonly right: Right
  /** Rights in other repositories that the request needs besides. */
  readonly scopes?: readonly string[]
  /** Whoever asks has patience of his own: the first answer counts. */
  readonly once?: boolean
}

const MOST_REDIRECTS = 3
const MOST_TRIES = 3
const LONGEST_WAIT_MS = 5_000

/** One registry: requests with its login, which no other host ever sees, and with patience where it asks for some. */
export class RegistryHost {
  readonly host: string
  readonly origin: string
  readonly #wire: RegistryTransport
  readonly #auth: Auth

  constructor(host: string, origin: string, wire: RegistryTransport, auth: Auth) {
    this.host = host
    this.origin = origin
    this.#wire = wire
    this.#auth = auth
  }

  /** Any status is an answer, 401 included when the login was refused. Throws ProblemErrors for what is no answer. */
  async ask({ path, repository, right, scopes = [], once = false, ...ask }: Request): Promise<Reply> {
    const scope = [`repository:${repository}:${right}`, ...scopes].join(' ')
    let url = new URL(path, this.origin)
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const reply = await (once ? this.#authorized({ ...ask, url }, scope) : this.#patient({ ...ask, url }, scope))
      const target = ask.method === 'GET' || ask.method === 'HEAD' ? redirectOf(reply, url) : undefined
      if (target === undefined) return reply
      url = target
    }
    throw new ProblemError(leavesHost(this.host))
  }

  /**
   * One piece of an upload to where the registry told us, on whatever host that is. The body is sent once: no second try
   * here, but a token that was refused is not used again.
   */
  async upload(
    upload: Omit<Upload, 'headers'> & { readonly headers: { readonly [name: string]: string } },
    repository: string,
  ): Promise<Reply> {
    const scope = `repository:${repository}:pull,push`
    const authorization = await this.#authorization(upload.url, scope)
    const own = { 'content-type': 'application/octet-stream', ...(authorization && { authorization }) }
    const reply = await this.#wire.upload({ ...upload, headers: { ...upload.headers, ...own } })
    if (reply.status === 401 && upload.url.origin === this.origin)
      await this.#auth.answer(reply.headers['www-authenticate'], scope, authorization)
    return reply
  }

  /** What a 401 in spite of the login means: a wrong password, or with a token server a missing right. */
  get refusesLogin(): boolean {
    return this.#auth.isBasic
  }

  /** Waits and asks again when the registry is busy and says so; its last answer counts. */
  async #patient(ask: RegistryRequest, scope: string): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#authorized(ask, scope)
      const wait = waitOf(reply, tries)
      if (tries === MOST_TRIES || wait === undefined) return reply
      await sleep(wait, undefined, ask.signal && { signal: ask.signal })
    }
  }

  async #authorized(ask: RegistryRequest, scope: string): Promise<Reply> {
    const first = await this.#authorization(ask.url, scope)
    const reply = await this.#wire.ask(withLogin(ask, first))
    if (reply.status !== 401 || ask.url.origin !== this.origin) return reply
    const challenge = reply.headers['www-authenticate']
    if (challenge === undefined && first === undefined) throw new ProblemError(loginNeeded(this.host))
    const second = await this.#auth.answer(challenge, scope, first)
    return second === undefined ? reply : this.#wire.ask(withLogin(ask, second))
  }

  /** Other hosts get no login. */
  async #authorization(url: URL, scope: string): Promise<string | undefined> {
    return url.origin === this.origin ? this.#auth.header(scope) : undefined
  }
}

function withLogin(ask: RegistryRequest, authorization: string | undefined): RegistryRequest {
  return authorization === undefined ? ask : { ...ask, headers: { ...ask.headers, authorization } }
}

function redirectOf({ status, headers }: Reply, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined
  return URL.parse(headers.location, from.href) ?? undefined
}

/** How long to wait before asking again, in milliseconds; undefined: the answer is final. */
function waitOf({ status, headers }: Reply, tries: number): number | undefined {
  if (![429, 502, 503, 504].includes(status)) return undefined
  const wait = retryAfterMs(headers['retry-after'], Date.now()) ?? 200 * 2 ** tries
  return wait <= LONGEST_WAIT_MS ? wait : undefined
}
