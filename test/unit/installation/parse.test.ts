import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Installation } from '../../../src/installation/installation.ts'
import { parse } from '../../../src/installation/parse.ts'

const minimalText = readFileSync(new URL('valid/minimal.yaml', import.meta.url), 'utf8')
const fullText = readFileSync(new URL('valid/full.yaml', import.meta.url), 'utf8')

test('a minimal file gets all defaults of the guide', () => {
  const it = valid(minimalText)
  assert.equal(it.kubernetes, { namespace: 'spacelift', namespaceLabels: {} })
  assert.equal(it.images.platform, 'linux/amd64')
  assert.equal(it.images.backend, { host: 'registry.example.com', path: 'spacelift/backend' })
  assert.equal(it.objectStorage.inCluster, { endpoint: 'minio.tenant.svc.cluster.local:9000', tls: true, allowInsecure: false })
  assert.equal(it.release, {
    name: 'spacelift',
    chart: { repo: 'https://downloads.spacelift.io/helm', name: 'spacelift-self-hosted' },
    timeoutSeconds: 1200,
    values: {},
  })
  assert.equal(it.environment, { shared: {}, server: {}, drain: {} })
  assert.equal(it.watch, { intervalSeconds: 60, policy: 'none' })
  assert.is(it.state.lockNamespace, 'groundcrew')
  assert.equal(
    it.objectStorage.buckets.map(({ name, versioning, expireAfterDays = '' }) => `${name} ${versioning} ${expireAfterDays}`.trim()),
    [
      'spacelift-binaries enabled',
      'spacelift-deliveries off 1',
      'spacelift-large-queue-messages off 2',
      'spacelift-metadata off 2',
      'spacelift-modules enabled',
      'spacelift-policy-inputs enabled 120',
      'spacelift-run-logs enabled 60',
      'spacelift-states enabled',
      'spacelift-uploads enabled 1',
      'spacelift-user-uploaded-workspaces enabled 1',
      'spacelift-workspaces enabled 90',
    ],
  )
})

test('a full file overrides every default', () => {
  const it = valid(fullText)
  assert.equal(it.kubernetes, { context: 'onprem', namespace: 'ci', namespaceLabels: { 'pod-security.kubernetes.io/enforce': 'baseline' } })
  assert.equal(it.registries[1], {
    host: 'localhost:5001',
    plainHttp: true,
    username: { at: '/registries/localhost:5001/username', from: { file: '/srv/install/registry-user' } },
    password: { at: '/registries/localhost:5001/password', from: { file: '/srv/install/registry-password' } },
  })
  assert.equal(it.objectStorage.endpoint, 'https://minio.example.com:9000')
  const buckets = new Map(it.objectStorage.buckets.map((bucket) => [bucket.role, bucket]))
  assert.equal(buckets.get('binaries'), { role: 'binaries', name: 'ci-binaries', versioning: 'enabled' })
  assert.equal(buckets.get('deliveries'), { role: 'deliveries', name: 'spacelift-deliveries', versioning: 'off' })
  assert.is(buckets.get('policy-inputs')?.noncurrentDays, 30)
  assert.equal(it.objectStorage.buckets.slice(11), [
    { name: 'acme-exports', versioning: 'off', expireAfterDays: 30 },
    { name: 'acme-reports', versioning: 'enabled', noncurrentDays: 7 },
    { name: 'acme.drafts', versioning: 'enabled' },
  ])
  assert.equal(it.release.timeoutSeconds, 5400)
  assert.equal(it.release.values.drain, { replicaCount: 5, podAnnotations: { 'example.com/team': 'platform' } })
  assert.equal((it.release.values.ingress as { hosts: unknown }).hosts, ['a', null, 3, true])
  assert.equal(it.environment.shared.FEATURE_TOKEN, { at: '/environment/shared/FEATURE_TOKEN', from: { env: 'FEATURE_TOKEN' } })
  assert.equal(it.watch, { intervalSeconds: 300, policy: 'all' })
  assert.is(it.state.lockNamespace, 'locks')
})

test('paths are relative to the folder of the file', () => {
  const it = valid(fullText)
  assert.is(it.images.archive, '/srv/archives/self-hosted-v3.1.0-rc.1.tar.gz')
  assert.is(it.objectStorage.caFile, '/etc/ssl/minio.pem')
  assert.equal(it.encryption.rsaPrivateKey.from, { file: '/srv/install/encryption.pem' })
  assert.equal(it.objectStorage.application.secretKey.from, { command: ['/srv/install/bin/secret', 'app'], env: ['VAULT_ADDR'] })
  assert.equal(it.database.url.from, { command: ['vault', 'read', 'db'], env: [] }, 'a bare name is looked up in PATH')
})

test('every key of the file has a position', () => {
  const { positions } = valid(fullText)
  assert.equal(positions.get('/version'), { file: 'desired-state.yaml', line: 2, col: 1 })
  assert.equal(positions.get('/objectStorage/buckets/metadata/noncurrentDays'), { file: 'desired-state.yaml', line: 42, col: 58 })
  assert.equal(positions.get('/registries/registry.example.com:5000/caFile')?.col, 5)
  assert.is(positions.get('/objectStorage/buckets/states'), undefined)
})

test('the documented example is valid, and one page', () => {
  const text = readFileSync('desired-state.yaml', 'utf8')
  assert.is(valid(text).version, 'v3.0.0')
  assert.ok(text.split('\n').length <= 75)
})

test('a byte order mark and Windows line endings change nothing', () => {
  const it = valid(`\ufeff${minimalText.replaceAll('\n', '\r\n')}`)
  assert.equal(
    { ...it, positions: it.positions.get('/admin') },
    { ...valid(minimalText), positions: valid(minimalText).positions.get('/admin') },
  )
})

test('all problems are reported at once, in the order of the file', () => {
  const text = minimalText.replace('v3.0.0', '3').replace('https://minio', 'minio').replace('{ env: ADMIN_PASSWORD }', 'CANARY')
  const lines = problems(`${text}colour: green\n`).map(({ at, code }) => `${at?.line}:${at?.col} ${code}`)
  assert.equal(lines, ['1:10 file/wrong-type', '7:13 file/bad-value', '15:37 file/secret-in-clear', '16:1 file/unknown-key'])
})

test('text that is not YAML is refused without an exception', () => {
  const codes = (text: string) => problems(text).map(({ code }) => code)
  assert.equal(codes(''), ['file/empty'])
  assert.equal(codes('---\n'), ['file/empty'])
  assert.equal(codes('v\0e\0r\0'), ['file/encoding'])
  assert.equal(codes('x'.repeat(2 ** 20 + 1)), ['file/too-large'])
  assert.equal(codes('['.repeat(5_000)), ['file/syntax'])
  assert.ok(codes(`${minimalText}release: { values: &a { b: *a } }\n`).includes('file/too-large'))
  assert.ok(codes(`${minimalText}__proto__: { polluted: true }\n`).includes('file/unknown-key'))
  assert.equal(codes('42'), ['file/wrong-type'])
})

function valid(text: string): Installation {
  const parsed = parse(text, 'desired-state.yaml', '/srv/install/desired-state.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, undefined, 2))
  return parsed.installation
}

function problems(text: string) {
  const parsed = parse(text, 'desired-state.yaml', '/srv/install/desired-state.yaml')
  return 'problems' in parsed ? parsed.problems : []
}

test.run()
