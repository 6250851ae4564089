import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Installation } from '../../../../src/installation/installation.ts'
import { parse } from '../../../../src/installation/parse.ts'
import { childEnvironment } from '../../../../src/installation/secrets/childEnvironment.ts'
import { openReferences, type ReferencePorts } from '../../../../src/installation/secrets/references.ts'
import { secretInputs } from '../../../../src/installation/secrets/secretInputs.ts'
import { spkiSha256 } from '../../../../src/values/fingerprint.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import { machine, NOW, rsaPem, token } from '../machine.ts'

const folder = mkdtempSync(join(tmpdir(), 'groundcrew-references-'))
test.after(() => rmSync(folder, { recursive: true }))

const sources: Record<string, string> = {
  'objectStorage.admin.accessKey': '{ env: MINIO_ACCESS_KEY }',
  'objectStorage.admin.secretKey': '{ env: MINIO_SECRET_KEY }',
  'objectStorage.application.accessKey': '{ env: APP_ACCESS_KEY }',
  'objectStorage.application.secretKey': '{ env: APP_SECRET_KEY }',
  'database.url': '{ env: DATABASE_URL }',
  'encryption.rsaPrivateKey': '{ env: ENCRYPTION_KEY }',
  'license.token': '{ env: LICENSE_TOKEN }',
  'admin.password': '{ env: ADMIN_PASSWORD }',
}

/** An installation whose secrets come from where `changed` says, else from variables. */
function installation(changed: Record<string, string> = {}, more = ''): Installation {
  const from = { ...sources, ...changed }
  const text = `version: v3.0.0
serverDomain: spacelift.example.com
images: { backend: registry.example.com/backend, launcher: registry.example.com/launcher }
objectStorage:
  endpoint: https://minio.example.com
  inCluster: { endpoint: minio:9000 }
  uploadsUrl: https://minio.example.com
  admin: { accessKey: ${from['objectStorage.admin.accessKey']}, secretKey: ${from['objectStorage.admin.secretKey']} }
  application: { accessKey: ${from['objectStorage.application.accessKey']}, secretKey: ${from['objectStorage.application.secretKey']} }
database: { url: ${from['database.url']} }
encryption: { rsaPrivateKey: ${from['encryption.rsaPrivateKey']} }
license: { token: ${from['license.token']} }
admin: { username: admin, password: ${from['admin.password']} }
${more}`
  const parsed = parse(text, 'desired-state.yaml', join(folder, 'desired-state.yaml'))
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  writeFileSync(join(folder, 'desired-state.yaml'), text, { mode: 0o600 })
  return parsed.installation
}

async function opened(it: Installation, ports: ReferencePorts = machine()) {
  const found = await openReferences(it, ports)
  if ('problems' in found) throw new Error(JSON.stringify(found.problems, undefined, 2))
  return { warnings: found.warnings, text: (at: string) => found.secrets.get(at)?.open() }
}

async function codes(it: Installation, ports: ReferencePorts = machine()): Promise<readonly string[]> {
  const found = await openReferences(it, ports)
  return 'problems' in found ? found.problems.map(({ code }) => code) : []
}

const fromFile = (content: string) => {
  writeFileSync(join(folder, 'secret'), content)
  return installation({ 'admin.password': '{ file: ./secret }' })
}
const fromCommand = (script: string, env = '') =>
  installation({ 'admin.password': `{ command: [sh, -c, ${JSON.stringify(script)}]${env === '' ? '' : `, env: [${env}]`} }` })

test('every secret is returned by its pointer in the file', async () => {
  const it = installation({}, 'environment: { shared: { FEATURE_TOKEN: { env: SHORT }, LOG_LEVEL: info } }')
  const { text } = await opened(it)
  assert.is(text('/objectStorage/admin/accessKey'), 'minio-root')
  assert.is(text('/environment/shared/FEATURE_TOKEN'), 'seven77')
  assert.is(secretInputs(it).length, 9)
})

test('a file loses exactly one trailing newline', async () => {
  for (const [content, secret] of [
    ['pass word', 'pass word'],
    ['pass\n', 'pass'],
    ['pass\r\n', 'pass'],
    ['pässwörd\n', 'pässwörd'],
  ] as const)
    assert.is((await opened(fromFile(content))).text('/admin/password'), secret)
  assert.equal(await codes(fromFile('pass\n\n')), ['input/outer-blank'])
  assert.equal(await codes(fromFile('\n')), ['reference/empty'])
  assert.equal(await codes(fromFile('pa\0ss')), ['input/not-text'])
})

test('the secret of a command is its output, without a shell', async () => {
  assert.is((await opened(fromCommand('printf "%s\\n" secret'))).text('/admin/password'), 'secret')
  const it = installation({ 'admin.password': '{ command: [echo, "$HOME;`id`"] }' })
  assert.is((await opened(it)).text('/admin/password'), '$HOME;`id`')
})

test('a command gets the variables that it lists, and never one that contains a secret', async () => {
  const script = 'echo "$VAULT_ADDR|$LISTED_NOT|$ADMIN_PASSWORD|$DATABASE_URL|$PATH"'
  const { text } = await opened(
    fromCommand(script, 'VAULT_ADDR'),
    machine({ VAULT_ADDR: 'https://vault', LISTED_NOT: 'x', PATH: '/usr/bin:/bin' }),
  )
  assert.is(text('/admin/password'), 'https://vault||||/usr/bin:/bin')
  const it = installation({ 'database.url': '{ env: HTTPS_PROXY }' })
  assert.equal(childEnvironment({ PATH: '/bin', HTTPS_PROXY: 'x', no_proxy: 'y', DATABASE_URL: 'z' }, it), { PATH: '/bin', no_proxy: 'y' })
})

test('a command that several secrets name runs once', async () => {
  let runs = 0
  const ports = machine()
  const run: ReferencePorts['run'] = (options) => {
    runs++
    return ports.run(options)
  }
  const counting: ReferencePorts = { ...ports, run }
  const command = '{ command: [echo, some-secret] }'
  await opened(installation({ 'admin.password': command, 'objectStorage.application.secretKey': command }), counting)
  assert.is(runs, 1)
})

test('the output of a failed command is not shown', async () => {
  const found = await openReferences(fromCommand('echo CANARY; echo CANARY >&2; exit 7'), machine())
  assert.ok('problems' in found)
  assert.not.match(JSON.stringify(found), 'CANARY')
  assert.match(JSON.stringify(found), 'code 7')
})

test('a command that hangs is terminated and reported', async () => {
  const ports = machine()
  const impatient: ReferencePorts = { ...ports, run: (options) => ports.run({ ...options, timeoutMs: options.timeoutMs / 300 }) }
  const found = await codes(installation({ 'admin.password': '{ command: [sleep, "5"] }' }), impatient)
  assert.equal(found, ['reference/process-too-long'])
})

test('a file that others can write runs no command', async () => {
  const ran: string[] = []
  const ports: ReferencePorts = {
    ...machine(),
    stat: async () => ({ mode: 0o100_664 }),
    run: async ({ command }) => {
      ran.push(command[0])
      throw new ProblemError([])
    },
  }
  assert.equal(await codes(fromCommand('echo x'), ports), ['reference/file-writable'])
  assert.equal(ran, [])
  assert.equal(await codes(installation(), ports), [], 'without commands it does not matter')
})

test('all problems are reported at once, in the order of the file', async () => {
  const it = installation({ 'database.url': '{ env: NOT_SET }', 'license.token': '{ file: ./none }', 'admin.password': '{ env: EMPTY }' })
  const found = await openReferences(it, machine({ APP_SECRET_KEY: 'short' }))
  assert.equal('problems' in found && found.problems.map(({ at, code }) => `${at?.line} ${code}`), [
    '9 input/minio-credential',
    '10 reference/variable-missing',
    '12 reference/file-missing',
    '13 reference/empty',
  ])
})

test('the name of a variable that may be a pasted secret is not shown', async () => {
  const found = await openReferences(installation({ 'admin.password': '{ env: hunter2 }' }), machine())
  assert.not.match(JSON.stringify(found), 'hunter2')
})

test('the encryption key is PEM or base64 of PEM, and is returned as PEM', async () => {
  const pem = rsaPem(4096)
  for (const spelling of [pem, Buffer.from(pem).toString('base64'), Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\n')]) {
    const { text, warnings } = await opened(installation(), machine({ ENCRYPTION_KEY: spelling }))
    assert.is(text('/encryption/rsaPrivateKey'), pem)
    assert.equal(warnings, [])
  }
  const it = installation()
  const other: Installation = { ...it, encryption: { ...it.encryption, publicKeySha256: '0'.repeat(64) } }
  const same: Installation = { ...it, encryption: { ...it.encryption, publicKeySha256: spkiSha256(Sealed.of(pem)) } }
  assert.equal(await codes(other, machine({ ENCRYPTION_KEY: pem })), ['input/other-encryption-key'])
  assert.equal(await codes(same, machine({ ENCRYPTION_KEY: pem })), [])
})

test('a weak key and an expired license are warnings: an existing installation must stay manageable', async () => {
  const { warnings } = await opened(installation(), machine({ LICENSE_TOKEN: token(new Date('2026-05-31')) }))
  assert.equal(
    warnings.map(({ code, summary }) => `${code}: ${summary}`),
    [
      'input/weak-encryption-key: encryption.rsaPrivateKey has 2048 bits; Spacelift requires 4096.',
      'input/license-expired: license.token expired on 2026-05-31.',
    ],
  )
  assert.ok(NOW)
})

test('opened secrets and problems print nothing', async () => {
  const found = await openReferences(installation(), machine())
  assert.not.match(JSON.stringify('secrets' in found && [...found.secrets]), 'minio-root')
})

test.run()
