import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Problem } from '../../../../src/values/problem.ts'
import { folder } from '../archive/build.ts'
import { BASIC, error, json, Loopback, type Machine, manifest, open } from './fake.ts'

const CHALLENGED = { 'www-authenticate': 'Basic realm="x"' }

/** A registry that accepts the tokens `good-N` of the token server at `/token`, each for `uses` requests. */
function tokenRegistry({ uses = Number.POSITIVE_INFINITY, expires = 300, isAllowed = true } = {}) {
  let issued = 0
  let left = 0
  return Loopback.start((self) => (request, response, body) => {
    if (request.url?.startsWith('/token')) {
      const form = new URLSearchParams(body.toString())
      const trusted = request.headers.authorization === BASIC || form.get('refresh_token') === 'identity'
      if (!trusted) return error(response, 401, 'UNAUTHORIZED')
      left = uses
      return json(response, 200, { [request.method === 'POST' ? 'access_token' : 'token']: `good-${++issued}`, expires_in: expires })
    }
    const good = isAllowed && request.headers.authorization === `Bearer good-${issued}` && left-- > 0
    if (good) return response.end(manifest)
    const challenge = `Bearer realm="http://${self.host}/token",service="the registry",scope="repository:a/b:pull"`
    return error(response, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge })
  })
}

/** Reads one tag `times` times; returns the outcomes. */
async function readTag(
  server: Loopback,
  times: number,
  login: 'file' | 'machine' = 'file',
  machine: Machine = {},
): Promise<(string | Problem)[]> {
  const registries = open(server.host, login, machine)
  const outcomes: (string | Problem)[] = []
  for (let time = 0; time < times; time++) {
    const read = await registries.image({ host: server.host, path: 'a/b' }, 'v1')
    outcomes.push(read.is === 'unknown' ? read.why.code : read.is)
    assert.not.match(JSON.stringify(read), 'hunter2')
  }
  registries.close()
  return outcomes
}

/** A registry with the login me:hunter2. */
const basicRegistry = () =>
  Loopback.start(
    () => (request, response) =>
      request.headers.authorization === BASIC ? response.end(manifest) : error(response, 401, 'UNAUTHORIZED', CHALLENGED),
  )

test('a login from the file is sent with the first request', async () => {
  const server = await basicRegistry()
  assert.equal(await readTag(server, 1), ['present'])
  assert.equal(server.requests, [`GET /v2/a/b/manifests/v1 ${BASIC}`])
  server.close()
})

test('a token is fetched once per scope and used until it expires', async () => {
  const server = await tokenRegistry()
  assert.equal(await readTag(server, 3), ['present', 'present', 'present'])
  const token = server.requests.filter((request) => request.includes('/token'))
  assert.equal(token, [`GET /token?service=the+registry&scope=repository%3Aa%2Fb%3Apull ${BASIC}`])
  server.close()
})

test('an expired or refused token is renewed', async () => {
  for (const options of [{ expires: 0 }, { uses: 1 }]) {
    const server = await tokenRegistry(options)
    assert.equal(await readTag(server, 3), ['present', 'present', 'present'])
    assert.is(server.requests.filter((request) => request.includes('/token')).length, 3)
    server.close()
  }
})

test('concurrent requests share one token request', async () => {
  const server = await tokenRegistry()
  const registries = open(server.host, 'file')
  const all = Array.from({ length: 5 }, () => registries.image({ host: server.host, path: 'a/b' }, 'v1'))
  for (const { is } of await Promise.all(all)) assert.is(is, 'present')
  registries.close()
  assert.ok(server.requests.filter((request) => request.includes('/token')).length <= 2, server.requests.join('\n'))
  server.close()
})

test('a refused token means missing permission, a refusing token server means a wrong password', async () => {
  const server = await tokenRegistry({ isAllowed: false })
  assert.equal(await readTag(server, 1), ['registry/denied'])
  assert.equal(await readTag(server, 1, 'machine'), ['registry/login-needed'])
  server.close()
  const refusing = await Loopback.start(
    (self) => (q, r) =>
      error(r, 401, 'UNAUTHORIZED', q.url?.startsWith('/token') ? {} : { 'www-authenticate': `Bearer realm="http://${self.host}/token"` }),
  )
  assert.equal(await readTag(refusing, 1), ['registry/wrong-password'])
  refusing.close()
})

test('a redirect to another host is followed without the login', async () => {
  const other = await Loopback.start(() => (_, response) => response.end(manifest))
  const server = await Loopback.start(() => (_, response) => response.writeHead(307, { location: `http://${other.host}/x` }).end())
  assert.equal(await readTag(server, 1), ['present'])
  assert.equal(other.requests, ['GET /x'])
  for (const each of [server, other]) each.close()
})

test('the login is read from docker’s config.json: auths by host or URL, with auth or with an identity token', async () => {
  await using dir = await folder()
  const config = join(dir.path, 'config.json')
  const auth = Buffer.from('me:hunter2').toString('base64')
  const basic = await basicRegistry()
  const tokens = await tokenRegistry()
  for (const key of [basic.host, `https://${basic.host}/v1/`]) {
    await writeFile(config, JSON.stringify({ auths: { 'other.example.com': { auth: 'eDp5' }, [key]: { auth } } }))
    assert.equal(await readTag(basic, 1, 'machine', { env: { DOCKER_CONFIG: dir.path } }), ['present'])
    assert.equal(await readTag(basic, 1, 'machine', { env: { REGISTRY_AUTH_FILE: config } }), ['present'])
  }
  await writeFile(config, JSON.stringify({ auths: { [tokens.host]: { identitytoken: 'identity', auth: 'OnB3' } } }))
  assert.equal(await readTag(tokens, 2, 'machine', { env: { DOCKER_CONFIG: dir.path } }), ['present', 'present'])
  for (const each of [basic, tokens]) each.close()
})

test('a missing login is reported; a broken file counts as none', async () => {
  await using dir = await folder()
  const server = await basicRegistry()
  for (const text of ['', '{"auths":{', '[]', '{"auths":[]}', `{"auths":{"${server.host}":{}}}`]) {
    await writeFile(join(dir.path, 'config.json'), text)
    assert.equal(await readTag(server, 1, 'machine', { env: { DOCKER_CONFIG: dir.path } }), ['registry/login-needed'])
  }
  server.close()
})

test('a credential helper is called after a challenge, through stdin, and the host’s own helper before the store', async () => {
  await using dir = await folder()
  const env = { DOCKER_CONFIG: dir.path, PATH: '/bin', ADMIN_PASSWORD: 'hunter2' }
  const server = await basicRegistry()
  const calls: string[] = []
  const helper = (code: number, stdout: string): Machine => ({
    env,
    run: async ({ command, stdin, env: helperEnv }) => {
      calls.push(`${command.join(' ')} < ${stdin} ${Object.keys(helperEnv)}`)
      return { code, stdout }
    },
  })
  const credentials = JSON.stringify({ ServerURL: server.host, Username: 'me', Secret: 'hunter2' })
  await writeFile(join(dir.path, 'config.json'), JSON.stringify({ credsStore: 'pass', credHelpers: { 'other.example.com': 'x' } }))
  assert.equal(await readTag(server, 2, 'machine', helper(0, credentials)), ['present', 'present'])
  await writeFile(join(dir.path, 'config.json'), JSON.stringify({ credsStore: 'pass', credHelpers: { [server.host]: 'own' } }))
  assert.equal(await readTag(server, 1, 'machine', helper(0, credentials)), ['present'])
  assert.equal(calls, [
    `docker-credential-pass get < ${server.host}\n PATH,DOCKER_CONFIG`,
    `docker-credential-own get < ${server.host}\n PATH,DOCKER_CONFIG`,
  ])
  assert.equal(await readTag(server, 1, 'machine', helper(1, 'credentials not found in native keychain')), ['registry/login-needed'])
  assert.equal(await readTag(server, 1, 'machine', helper(1, 'hunter2')), ['registry/credential-helper'])
  assert.equal(await readTag(server, 1, 'machine', helper(0, 'hunter2')), ['registry/credential-helper'])
  server.close()
})

test.run()
