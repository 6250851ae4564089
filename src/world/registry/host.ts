import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '../../values/problem.ts'
import type { Auth } from './auth.ts'
import { leavesHost, loginNeeded } from './problems.ts'
import type { Ask, Reply, Wire } from './wire.ts'

/** What may be done in a repository; the scope of the token that allows it. */
export type Right = 'pull' | 'pull,push' | 'delete'

type Request = Omit<Ask, 'url'> & { readonly path: string; readonly repository: string; readonly right: Right }

const MOST_REDIRECTS = 3
const MOST_TRIES = 3
const LONGEST_WAIT_MS = 5_000

/** One registry: requests with its login, which no other host ever sees, and with patience where it asks for some. */
export class RegistryHost {
  readonly host: string
  readonly origin: string
  readonly #wire: Wire
  readonly #auth: Auth

  constructor(host: string, origin: string, wire: Wire, auth: Auth) {
    this.host = host
    this.origin = origin
    this.#wire = wire
    this.#auth = auth
  }

  /** Any status is an answer, 401 included when the login was refused. Throws ProblemErrors for what is no answer. */
  async ask({ path, repository, right, ...ask }: Request): Promise<Reply> {
    const scope = `repository:${repository}:${right}`
    let url = new URL(path, this.origin)
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const reply = await this.#patient({ ...ask, url }, scope)
      const target = ask.method === 'GET' || ask.method === 'HEAD' ? redirectOf(reply, url) : undefined
      if (target === undefined) return reply
      url = target
    }
    throw new ProblemError(leavesHost(this.host))
  }

  /** One PUT of a blob to where the registry told us, on whatever host that is. The body is sent once: no second try here. */
  async upload(location: URL, repository: string, content: Readable, size: number, signal: AbortSignal): Promise<Reply> {
    const authorization = await this.#authorization(location, `repository:${repository}:pull,push`)
    const headers = { 'content-type': 'application/octet-stream', ...(authorization && { authorization }) }
    return this.#wire.upload({ url: location, headers, content, size, signal })
  }

  /** What a 401 in spite of the login means: a wrong password, or with a token server a missing right. */
  get refusesLogin(): boolean {
    return this.#auth.isBasic
  }

  /** Waits and asks again when the registry is busy and says so; its last answer counts. */
  async #patient(ask: Ask, scope: string): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      const reply = await this.#authorized(ask, scope)
      const wait = waitOf(reply, tries)
      if (tries === MOST_TRIES || wait === undefined) return reply
      await sleep(wait, undefined, ask.signal && { signal: ask.signal })
    }
  }

  async #authorized(ask: Ask, scope: string): Promise<Reply> {
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

function withLogin(ask: Ask, authorization: string | undefined): Ask {
  return authorization === undefined ? ask : { ...ask, headers: { ...ask.headers, authorization } }
}

function redirectOf({ status, headers }: Reply, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined
  return URL.parse(headers.location, from.href) ?? undefined
}

/** How long to wait before asking again, in milliseconds; undefined: the answer is final. */
function waitOf({ status, headers }: Reply, tries: number): number | undefined {
  if (![429, 502, 503, 504].includes(status)) return undefined
  const asked = Number(headers['retry-after'] ?? Number.NaN) * 1000
  const wait = Number.isNaN(asked) ? 200 * 2 ** tries : asked
  return wait <= LONGEST_WAIT_MS ? wait : undefined
}
