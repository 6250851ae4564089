// The token server of the lab's `token` registry, in the words of the distribution specification: a password, or an identity
// token that it gave for one, buys a token for the rights that were asked for. Takes the path of its settings.
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
  /** The path of a file that is read for every token, so that it can change while tokens are in use. */
  life: string
  login: Login
}

type Asked = { account?: string; scopes: string[]; wantsIdentity: boolean; isExchange: boolean }

// Debian's registry takes a token for so long after its end, because clocks differ.
const LEEWAY = 60

const settings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TokenServerSettings
const [cert, key] = [readFileSync(settings.certificate), readFileSync(settings.key)]
const chain = [new X509Certificate(cert).raw.toString('base64')]

createServer({ cert, key }, (request, response) => {
  answer(request, response).catch((error: Error) => {
    console.error(error.message)
    response.writeHead(500).end()
  })
}).listen(settings.port, '127.0.0.1')

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = request.method === 'POST' ? exchanged(new URLSearchParams(await text(request))) : presented(request)
  // One line a request: what was asked for, never the password.
  console.log(`${request.method} ${asked?.account ?? 'nobody'} ${asked?.scopes.join(' ') ?? ''}`.trimEnd())
  if (asked === undefined) return respond(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'wrong username or password' }] })
  const { said, real } = JSON.parse(readFileSync(settings.life, 'utf8')) as Required<TokenLife>
  const token = jwt(asked, real)
  const refresh = asked.wantsIdentity && { refresh_token: identityToken() }
  respond(response, 200, { [asked.isExchange ? 'access_token' : 'token']: token, expires_in: said, ...refresh })
}

/** A GET with a password. */
function presented({ url, headers }: IncomingMessage): Asked | undefined {
  const { searchParams } = new URL(url ?? '/', 'https://localhost')
  const { username, password } = settings.login
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  if (!same(headers.authorization ?? '', wanted)) return undefined
  const wantsIdentity = searchParams.get('offline_token') === 'true'
  return { account: username, scopes: searchParams.getAll('scope'), wantsIdentity, isExchange: false }
}

/** A POST with an identity token or, as OAuth2 has it, a password. */
function exchanged(form: URLSearchParams): Asked | undefined {
  const { username, password } = settings.login
  const isPassword = form.get('grant_type') === 'password'
  const good = isPassword
    ? same(`${form.get('username')}:${form.get('password')}`, `${username}:${password}`)
    : same(form.get('refresh_token') ?? '', identityToken())
  if (!good) return undefined
  return {
    account: username,
    scopes: (form.get('scope') ?? '').split(' ').filter(Boolean),
    wantsIdentity: form.get('access_type') === 'offline',
    isExchange: true,
  }
}

const identityToken = (): string => createHmac('sha256', settings.login.password).update('identity').digest('base64url')

function same(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => createHmac('sha256', cert).update(each).digest()) as [Buffer, Buffer]
  return timingSafeEqual(a, b)
}

function jwt({ account, scopes }: Asked, seconds: number): string {
  const now = Math.floor(Date.now() / 1000)
  const access = scopes.map((scope) => {
    const [type, name, actions] = split(scope)
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
function split(scope: string): [string, string, string] {
  const [first, last] = [scope.indexOf(':'), scope.lastIndexOf(':')]
  return [scope.slice(0, first), scope.slice(first + 1, last), scope.slice(last + 1)]
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
