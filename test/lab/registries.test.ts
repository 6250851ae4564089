import { readFile } from 'node:fs/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import type { Installation } from '../../src/installation/installation.ts'
import type { Processes } from '../../src/world/ports/process.ts'
import { openRegistries } from '../../src/world/registry/registry.ts'
import { inLab, serverPids } from './support.ts'

let lab: Lab
const unpack =
  'cd "$(mktemp -d)" && tar -xzf "$LAB_DIR"/install/self-hosted-v3.0.0.tar.gz && image=$(echo */container-images/spacelift-backend.tar)'

test.before(async () => {
  lab = await startLab({ registries: ['plain', 'token'] })
})

test.after(() => lab?.stop())

test('crane and skopeo push to the plain and to the token registry with the lab’s environment', async () => {
  const digests = await inLab(
    lab,
    `${unpack}
     crane push --insecure $image $PLAIN_REGISTRY/a/crane:v1 >/dev/null 2>&1
     crane push $image $TOKEN_REGISTRY/a/crane:v1 >/dev/null 2>&1
     skopeo copy --quiet --dest-tls-verify=false docker-archive:$image docker://$PLAIN_REGISTRY/a/skopeo:v1
     skopeo copy --quiet docker-archive:$image docker://$TOKEN_REGISTRY/a/skopeo:v1
     for tool in crane skopeo; do
       crane config --insecure $PLAIN_REGISTRY/a/$tool:v1 | sha256sum
       crane config $TOKEN_REGISTRY/a/$tool:v1 | sha256sum
     done`,
  )
  assert.is(new Set(digests.trim().split('\n')).size, 1)
})

test('each registry has its own login', async () => {
  for (const [scheme, host] of [
    ['http', 'PLAIN_REGISTRY'],
    ['https', 'TOKEN_REGISTRY'],
  ]) {
    const status = (login: string) =>
      inLab(lab, `curl -s -o /dev/null -w '%{http_code}' --cacert $REGISTRY_CA ${login} ${scheme}://$${host}/v2/_catalog`)
    assert.is(await status(''), '401')
    assert.is(await status('-u "$REGISTRY_USERNAME:$REGISTRY_PASSWORD"'), '401')
  }
})

test('a token is refused before its stated expiry', async () => {
  const read =
    'curl -s -o /dev/null -w \'%{http_code}\' --cacert $REGISTRY_CA -H "authorization: Bearer $token" https://$TOKEN_REGISTRY/v2/a/crane/tags/list'
  const fetch = `response=$(curl -fsS --cacert $REGISTRY_CA -u "$TOKEN_REGISTRY_USERNAME:$TOKEN_REGISTRY_PASSWORD" "$TOKEN_SERVER?service=lab%20registry&scope=repository:a/crane:pull")
     token=$(echo "$response" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`
  assert.is(await inLab(lab, `${fetch}; ${read}`), '200')
  await lab.tokenLife({ announced: 300, actual: -1 })
  assert.is(await inLab(lab, `${fetch}; echo "$response" | grep -q '"expires_in":300'; ${read}`), '401')
  await lab.tokenLife({})
})

test('the token server refuses a wrong password and accepts its own identity tokens', async () => {
  const curl = 'curl -s --cacert $REGISTRY_CA'
  assert.match(await inLab(lab, `${curl} -u lab-token:wrong "$TOKEN_SERVER?offline_token=true"`), 'UNAUTHORIZED')
  const response = await inLab(lab, `${curl} -u "$TOKEN_REGISTRY_USERNAME:$TOKEN_REGISTRY_PASSWORD" "$TOKEN_SERVER?offline_token=true"`)
  const { refresh_token: identity } = JSON.parse(response) as { refresh_token: string }
  const exchange = (token: string) => inLab(lab, `${curl} -d grant_type=refresh_token -d refresh_token=${token} $TOKEN_SERVER`)
  assert.match(await exchange(identity), '"access_token"')
  assert.match(await exchange('wrong'), 'UNAUTHORIZED')
  assert.not.match(await readFile(lab.env.TOKEN_SERVER_LOG ?? '', 'utf8'), identity)
})

test('a token server with a certificate of the registry’s authority is trusted, of another authority is not', async () => {
  const host = lab.env.TOKEN_REGISTRY as string
  const read = async (caFile: string) => {
    const declared = { host, caFile, plainHttp: false }
    const source = { env: lab.env, home: '/nowhere', processes: {} as Processes }
    const installation = { registries: [declared], images: { platform: 'linux/amd64' } } as unknown as Installation
    const registries = openRegistries({ installation, secrets: new Map() }, source)
    const read = await registries.image({ host, path: 'nothing/here' }, 'v1')
    registries.close()
    return read.is === 'unknown' ? read.why.code : read.is
  }
  assert.is(await read(lab.env.REGISTRY_CA as string), 'absent')
  assert.is(await read('/etc/ssl/certs/ca-certificates.crt'), 'registry/untrusted-certificate')
})

test('a lab has the other registries only on request', async () => {
  const names = ((await lab.status()) ?? []).map(({ name }) => name)
  for (const name of ['plain-registry', 'token-registry', 'token-server']) assert.ok(names.includes(name))
  const usual = await startLab()
  try {
    assert.is((await serverPids(usual)).length, 7)
    assert.is(usual.env.TOKEN_REGISTRY, undefined)
  } finally {
    await usual.stop()
  }
})

test.run()
