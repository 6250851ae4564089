import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../../../src/installation/parse.ts'
import { openReferences } from '../../../../src/installation/secrets/references.ts'
import { SecretCache } from '../../../../src/installation/secrets/secretCache.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import { FakeClock } from '../../../support/fakeClock.ts'
import { machine } from '../machine.ts'

const MINUTE = 60_000

test('the output of a command is cached for fifteen minutes', async () => {
  const clock = new FakeClock()
  const kept = new SecretCache(clock)
  kept.set('vault', Sealed.of('hunter2'))
  await clock.pass(15 * MINUTE - 1)
  assert.is(kept.get('vault')?.open(), 'hunter2')
  await clock.pass(1)
  assert.is(kept.get('vault'), undefined)
})

test('clearing the cache makes every command run again', () => {
  const kept = new SecretCache(new FakeClock())
  kept.set('vault', Sealed.of('hunter2'))
  kept.clear()
  assert.is(kept.get('vault'), undefined)
})

test('a cached command runs once, a failed one runs again, and nothing is cached without a cache', async () => {
  const text = `version: v3.0.0
serverDomain: spacelift.example.com
images: { backend: registry.example.com/backend, launcher: registry.example.com/launcher }
objectStorage:
  endpoint: https://minio.example.com
  inCluster: { endpoint: minio:9000 }
  uploadsUrl: https://minio.example.com
  admin: { accessKey: { env: MINIO_ACCESS_KEY }, secretKey: { env: MINIO_SECRET_KEY } }
  application: { accessKey: { env: APP_ACCESS_KEY }, secretKey: { env: APP_SECRET_KEY } }
database: { url: { env: DATABASE_URL } }
encryption: { rsaPrivateKey: { env: ENCRYPTION_KEY } }
license: { token: { env: LICENSE_TOKEN } }
admin: { username: admin, password: { command: [vault, read] } }
`
  const parsed = parse(text, 'desired-state.yaml', '/srv/desired-state.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  let runs = 0
  let code = 1
  const run = async () => ({ code, signal: null, stdout: `password ${++runs}`, stderr: '' })
  const ports = { ...machine(), run, stat: async () => ({ mode: 0o600 }) }
  const secretCache = new SecretCache(new FakeClock())
  const password = async (more: { readonly secretCache?: SecretCache }) => {
    const opened = await openReferences(parsed.installation, { ...ports, ...more })
    return 'problems' in opened ? opened.problems[0]?.code : opened.secrets.get('/admin/password')?.open()
  }
  assert.is(await password({ secretCache }), 'reference/command-failed')
  code = 0
  assert.is(await password({ secretCache }), 'password 2')
  assert.is(await password({ secretCache }), 'password 2')
  assert.is(await password({}), 'password 3')
})

test.run()
