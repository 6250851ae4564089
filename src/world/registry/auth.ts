import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Login } from './login.ts'
import { badToken, insecureRealm, loginNeeded, wrongPassword } from './registryProblems.ts'
import type { RegistryTransport, Reply } from './transport.ts'

type Bearer = { readonly realm: URL; readonly service: string | undefined }
type Token = { readonly value: Sealed; readonly until: number }

// The specification's own default for a token that does not say how long it lives.
const TOKEN_SECONDS = 60
const CLIENT = 'groundcrew'

/**
 * The Authorization header for one registry: Basic, or tokens of its token server, one per scope, fetched again when
 * they run out. `declared` is sent without being asked for (it saves a round trip); `find` is asked only after a
 * challenge. Throws ProblemErrors.
 */
export class Auth {
  readonly #host: string
  readonly #wire: RegistryTransport
  readonly #secure: boolean
  readonly #declared: Login | undefined
  readonly #find: () => Promise<Login | undefined>
  #login: Promise<Login | undefined> | undefined
  #scheme: 'basic' | Bearer | undefined
  readonly #tokens = new Map<string, Promise<Token>>()

  constructor(it: {
    readonly host: string
    readonly wire: RegistryTransport
    readonly secure: boolean
    readonly declared: Login | undefined
    readonly find: () => Promise<Login | undefined>
  }) {
    this.#host = it.host
    this.#wire = it.wire
    this.#secure = it.secure
    this.#declared = it.declared
    this.#find = it.find
  }

  /** For a first try; undefined: none is known to be needed. */
  async header(scope: string): Promise<string | undefined> {
    if (this.#scheme === undefined) return this.#declared && basic(this.#declared)
    if (this.#scheme === 'basic') return basic(await this.#loginNow())
    return bearer(await this.#token(scope, this.#scheme))
  }

  /** After a 401: another header to try, or undefined when `sent` was all there is to send. */
  async answer(challenge: string | undefined, scope: string, sent: string | undefined): Promise<string | undefined> {
    this.#scheme = scheme(challenge)
    if (sent !== undefined) await this.#drop(scope, sent)
    const next = await this.header(scope)
    return next === sent ? undefined : next
  }

  /** Whether a 401 in spite of everything means "wrong password"; with a token it means "not allowed". */
  get isBasic(): boolean {
    return this.#scheme === 'basic'
  }

  /** Forgets the token that was refused, not one that somebody has renewed meanwhile. */
  async #drop(scope: string, sent: string): Promise<void> {
    const known = this.#tokens.get(scope)
    if (known !== undefined && bearer((await known).value) === sent && this.#tokens.get(scope) === known) this.#tokens.delete(scope)
  }

  async #loginNow(): Promise<Login> {
    this.#login ??= this.#declared ? Promise.resolve(this.#declared) : this.#find()
    const login = await this.#login
    if (login === undefined) throw new ProblemError(loginNeeded(this.#host))
    return login
  }

  async #token(scope: string, from: Bearer): Promise<Sealed> {
    const known = this.#tokens.get(scope)
    const token = await known
    if (token !== undefined && performance.now() < token.until) return token.value
    // Somebody else may have begun meanwhile: one request for all who wait.
    const current = this.#tokens.get(scope)
    const next = current !== undefined && current !== known ? current : this.#fetchToken(scope, from)
    this.#tokens.set(scope, next)
    next.catch(() => this.#tokens.delete(scope))
    return (await next).value
  }

  async #fetchToken(scope: string, { realm, service }: Bearer): Promise<Token> {
    if (this.#secure && realm.protocol !== 'https:') throw new ProblemError(insecureRealm(this.#host))
    this.#login ??= this.#declared ? Promise.resolve(this.#declared) : this.#find()
    const login = await this.#login
    const reply =
      login && 'identityToken' in login
        ? await this.#exchange(realm, service, scope, login.identityToken)
        : await this.#ask(realm, service, scope, login)
    if (reply.status === 401 || reply.status === 403) throw new ProblemError(login ? wrongPassword(this.#host) : loginNeeded(this.#host))
    return readToken(reply) ?? Promise.reject(new ProblemError(badToken(this.#host, reply.status)))
  }

  /** Without a login an anonymous token is asked for: public repositories can be read with it. */
  #ask(realm: URL, service: string | undefined, scope: string, login: Login | undefined): Promise<Reply> {
    const url = new URL(realm)
    if (service !== undefined) url.searchParams.set('service', service)
    for (const one of scope.split(' ')) url.searchParams.append('scope', one)
    return this.#wire.ask({ method: 'GET', url, ...(login && { headers: { authorization: basic(login) } }) })
  }

  #exchange(realm: URL, service: string | undefined, scope: string, identityToken: Sealed): Promise<Reply> {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT, scope, refresh_token: identityToken.open() })
    if (service !== undefined) form.set('service', service)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#wire.ask({ method: 'POST', url: realm, headers, body: Buffer.from(form.toString()) })
  }
}

function basic(login: Login): string {
  // An identity token without a token server: registries take it as the password of the user `<token>`.
  const [username, password] = 'identityToken' in login ? ['<token>', login.identityToken] : [login.username, login.password]
  return `Basic ${Buffer.from(`${username}:${password.open()}`).toString('base64')}`
}

function bearer(token: Sealed): string {
  return `Bearer ${token.open()}`
}

function scheme(challenge: string | undefined): 'basic' | Bearer | undefined {
  const [, parameters] = /\bbearer\s+(.+)$/i.exec(challenge ?? '') ?? []
  if (parameters === undefined) return /\bbasic\b/i.test(challenge ?? '') ? 'basic' : undefined
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(parameters)?.[1]
  const realm = URL.parse(value('realm') ?? '')
  return realm === null ? undefined : { realm, service: value('service') }
}

function readToken({ status, body }: Reply): Token | undefined {
  if (status !== 200) return undefined
  try {
    const said: unknown = JSON.parse(body.toString('utf8'))
    const value = isMap(said) ? (said.token ?? said.access_token) : undefined
    if (!isMap(said) || typeof value !== 'string' || value === '') return undefined
    const seconds = typeof said.expires_in === 'number' ? said.expires_in : TOKEN_SECONDS
    // Renewed early: it has to be good still when the registry looks at it.
    return { value: Sealed.of(value), until: performance.now() + seconds * 800 }
  } catch {
    return undefined
  }
}
