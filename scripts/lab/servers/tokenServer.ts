// The token server of the lab's `token` registry, as in the distribution specification: it issues tokens for the requested scopes
// in exchange for a password or an identity token. Its argument is the path of its settings.
import { createHmac, randomUUID, sign, timingSafeEqual, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Login } from '../description.ts'
import type { TokenLife } from './tokenLife.ts'

export type TokenServerSettings = {
  port: number
  certificate: string
  key: string
  service: string
  issuer: string
  /** The path of a TokenLife file, read for every token, so that it can change while tokens are in use. */
  life: string
  login: Login
}

type TokenRequest = { account?: string; scopes: string[]; includeIdentity: boolean; isExchange: boolean }

// Debian's registry accepts a token this long after its expiry, because clocks differ.
const LEEWAY = 60

const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TokenServerSettings
const [cert, key] = [readFileSync(settings.certificate), readFileSync(settings.key)]
const chain = [new X509Certificate(cert).raw.toString('base64')]

createServer({ cert, key }, (request, response) => {
  handle(request, response).catch((error: Error) => {
    console.error(error.message)
    response.writeHead(500).end()
  })
}).listen(settings.port, '127.0.0.1')

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const tokenRequest = request.method === 'POST' ? exchangeRequest(new URLSearchParams(await text(request))) : passwordRequest(request)
  // One line per request: the requested scopes, never the password.
  console.log(`${request.method} ${tokenRequest?.account ?? 'unauthenticated'} ${tokenRequest?.scopes.join(' ') ?? ''}`.trimEnd())
  if (tokenRequest === undefined)
    return respond(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'wrong username or password' }] })
  const { announced, actual } = JSON.parse(readFileSync(settings.life, 'utf8')) as Required<TokenLife>
  const token = jwt(tokenRequest, actual)
  const refresh = tokenRequest.includeIdentity && { refresh_token: identityToken() }
  respond(response, 200, { [tokenRequest.isExchange ? 'access_token' : 'token']: token, expires_in: announced, ...refresh })
}

/** A GET with a password. */
function passwordRequest({ url, headers }: IncomingMessage): TokenRequest | undefined {
  const { searchParams } = new URL(url ?? '/', 'https://localhost')
  const { username, password } = settings.login
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (!equalSecrets(headers.authorization ?? '', expected)) return undefined
  const wantsIdentity = searchParams.get('offline_token') === 'true'
  return { account: username, scopes: searchParams.getAll('scope'), includeIdentity: wantsIdentity, isExchange: false }
}

/** A POST with an identity token or, as OAuth2 has it, a password. */
function exchangeRequest(form: URLSearchParams): TokenRequest | undefined {
  const { username, password } = settings.login
  const isPassword = form.get('grant_type') === 'password'
  const isValid = isPassword
    ? equalSecrets(`${form.get('username')}:${form.get('password')}`, `${username}:${password}`)
    : equalSecrets(form.get('refresh_token') ?? '', identityToken())
  if (!isValid) return undefined
  return {
    account: username,
    scopes: (form.get('scope') ?? '').split(' ').filter(Boolean),
    includeIdentity: form.get('access_type') === 'offline',
    isExchange: true,
  }
}

const identityToken = (): string => createHmac('sha256', settings.login.password).update('identity').digest('base64url')

function equalSecrets(left: string, right: string): boolean {
  const [a, b] = [left, right].map((each) => createHmac('sha256', cert).update(each).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}

function jwt({ account, scopes }: TokenRequest, seconds: number): string {
  const now = Math.floor(Date.now() / 1000)
  const access = scopes.map((scope) => {
    const [type, name, actions] = splitScope(scope)
    return { type, name, actions: actions.split(',') }
  })
  const header = { typ: 'JWT', alg: 'RS256', x5c: chain }
  const claims = {
    iss: settings.issuer,
    aud: settings.service,
    sub: account,
    jti: randomUUID(),
    iat: now,
    nbf: now - LEEWAY,
    exp: now + seconds - LEEWAY,
    access,
  }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

/** `repository:HOST:PORT/name:pull,push`: the name may have colons. */
function splitScope(scope: string): [string, string, string] {
  const [first, last] = [scope.indexOf(':'), scope.lastIndexOf(':')]
  return [scope.slice(0, first), scope.slice(first + 1, last), scope.slice(last + 1)]
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
