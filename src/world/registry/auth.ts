import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Login } from './login.ts'
import { insecureRealm, invalidTokenResponse, loginNeeded, wrongPassword } from './registryProblems.ts'
import type { RegistryTransport, Reply } from './transport.ts'

type Bearer = { readonly realm: URL; readonly service: string | undefined }
type Token = { readonly value: Sealed; readonly until: number }

// The specification's default for a token without an expiry.
const TOKEN_SECONDS = 60
const CLIENT = 'groundcrew'

/**
 * The Authorization header for one registry: Basic, or tokens of its token server, one per scope, fetched again when they
 * expire. `declared` is sent without a challenge, which saves a round trip; `findLogin` is called only after a challenge.
 * Throws ProblemErrors.
 */
export class Auth {
  readonly #host: string
  readonly #transport: RegistryTransport
  readonly #isSecure: boolean
  readonly #declared: Login | undefined
  readonly #findLogin: () => Promise<Login | undefined>
  #login: Promise<Login | undefined> | undefined
  #scheme: 'basic' | Bearer | undefined
  readonly #tokens = new Map<string, Promise<Token>>()

  constructor(options: {
    readonly host: string
    readonly transport: RegistryTransport
    readonly isSecure: boolean
    readonly declared: Login | undefined
    readonly findLogin: () => Promise<Login | undefined>
  }) {
    this.#host = options.host
    this.#transport = options.transport
    this.#isSecure = options.isSecure
    this.#declared = options.declared
    this.#findLogin = options.findLogin
  }

  /** For the first request; undefined when no login is known to be needed. */
  async header(scope: string): Promise<string | undefined> {
    if (this.#scheme === undefined) return this.#declared && basic(this.#declared)
    if (this.#scheme === 'basic') return basic(await this.#requireLogin())
    return bearer(await this.#token(scope, this.#scheme))
  }

  /** After a 401: the header of a second request; undefined when `sent` was the only possible one. */
  async retryHeader(challenge: string | undefined, scope: string, sent: string | undefined): Promise<string | undefined> {
    this.#scheme = schemeOf(challenge)
    if (sent !== undefined) await this.#forgetToken(scope, sent)
    const next = await this.header(scope)
    return next === sent ? undefined : next
  }

  /** Whether a 401 to a request with a login means "wrong password"; with a token it means "not allowed". */
  get isBasic(): boolean {
    return this.#scheme === 'basic'
  }

  /** Forgets the token that was refused, unless another request has renewed it meanwhile. */
  async #forgetToken(scope: string, sent: string): Promise<void> {
    const known = this.#tokens.get(scope)
    if (known !== undefined && bearer((await known).value) === sent && this.#tokens.get(scope) === known) this.#tokens.delete(scope)
  }

  async #requireLogin(): Promise<Login> {
    this.#login ??= this.#declared ? Promise.resolve(this.#declared) : this.#findLogin()
    const login = await this.#login
    if (login === undefined) throw new ProblemError(loginNeeded(this.#host))
    return login
  }

  async #token(scope: string, server: Bearer): Promise<Sealed> {
    const known = this.#tokens.get(scope)
    const token = await known
    if (token !== undefined && performance.now() < token.until) return token.value
    // Another caller may have requested it meanwhile: one request for all waiting callers.
    const current = this.#tokens.get(scope)
    const next = current !== undefined && current !== known ? current : this.#fetchToken(scope, server)
    this.#tokens.set(scope, next)
    next.catch(() => this.#tokens.delete(scope))
    return (await next).value
  }

  async #fetchToken(scope: string, { realm, service }: Bearer): Promise<Token> {
    if (this.#isSecure && realm.protocol !== 'https:') throw new ProblemError(insecureRealm(this.#host))
    this.#login ??= this.#declared ? Promise.resolve(this.#declared) : this.#findLogin()
    const login = await this.#login
    const reply =
      login && 'identityToken' in login
        ? await this.#exchangeIdentityToken(realm, service, scope, login.identityToken)
        : await this.#requestToken(realm, service, scope, login)
    if (reply.status === 401 || reply.status === 403) throw new ProblemError(login ? wrongPassword(this.#host) : loginNeeded(this.#host))
    return readToken(reply) ?? Promise.reject(new ProblemError(invalidTokenResponse(this.#host, reply.status)))
  }

  /** Without a login it requests an anonymous token, which is enough to read public repositories. */
  #requestToken(realm: URL, service: string | undefined, scope: string, login: Login | undefined): Promise<Reply> {
    const url = new URL(realm)
    if (service !== undefined) url.searchParams.set('service', service)
    for (const part of scope.split(' ')) url.searchParams.append('scope', part)
    return this.#transport.request({ method: 'GET', url, ...(login && { headers: { authorization: basic(login) } }) })
  }

  #exchangeIdentityToken(realm: URL, service: string | undefined, scope: string, identityToken: Sealed): Promise<Reply> {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT, scope, refresh_token: identityToken.open() })
    if (service !== undefined) form.set('service', service)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#transport.request({ method: 'POST', url: realm, headers, body: Buffer.from(form.toString()) })
  }
}

function basic(login: Login): string {
  // An identity token without a token server: registries accept it as the password of the user `<token>`.
  const [username, password] = 'identityToken' in login ? ['<token>', login.identityToken] : [login.username, login.password]
  return `Basic ${Buffer.from(`${username}:${password.open()}`).toString('base64')}`
}

function bearer(token: Sealed): string {
  return `Bearer ${token.open()}`
}

function schemeOf(challenge: string | undefined): 'basic' | Bearer | undefined {
  const [, parameters] = /\bbearer\s+(.+)$/i.exec(challenge ?? '') ?? []
  if (parameters === undefined) return /\bbasic\b/i.test(challenge ?? '') ? 'basic' : undefined
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(parameters)?.[1]
  const realm = URL.parse(value('realm') ?? '')
  return realm === null ? undefined : { realm, service: value('service') }
}

function readToken({ status, body }: Reply): Token | undefined {
  if (status !== 200) return undefined
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    const value = isMap(parsed) ? (parsed.token ?? parsed.access_token) : undefined
    if (!isMap(parsed) || typeof value !== 'string' || value === '') return undefined
    const seconds = typeof parsed.expires_in === 'number' ? parsed.expires_in : TOKEN_SECONDS
    // Renewed early: it must still be valid when the registry checks it.
    return { value: Sealed.of(value), until: performance.now() + seconds * 800 }
  } catch {
    return undefined
  }
}
