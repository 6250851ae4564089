import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../../src/installation/parse.ts'
import { BUCKETS, guideVariables, READERS, secretKeys, WORKLOADS } from '../../../src/installation/spacelift.ts'

const text = readFileSync(new URL('valid/full.yaml', import.meta.url), 'utf8')
const parsed = parse(text, 'desired-state.yaml', '/srv/desired-state.yaml')
if ('problems' in parsed) throw new Error('valid/full.yaml is not valid')
const it = parsed.installation

test('the three secrets have exactly the keys of the guide', () => {
  assert.is(secretKeys('shared').length, 25)
  assert.equal(secretKeys('server'), ['ADMIN_USERNAME', 'ADMIN_PASSWORD', 'OBJECT_STORAGE_BUCKET_UPLOADS', 'WEBHOOKS_ENDPOINT'])
  assert.equal(secretKeys('drain'), ['LAUNCHER_IMAGE', 'LAUNCHER_IMAGE_TAG', 'OBJECT_STORAGE_BUCKET_METADATA'])
})

test('every bucket but one has a variable, each in one secret', () => {
  assert.is(BUCKETS.length, 11)
  for (const { role, variable, secret } of BUCKETS) {
    const holders = READERS.filter((reader) => variable !== undefined && secretKeys(reader).includes(variable))
    assert.equal(holders, secret === undefined ? [] : [secret], role)
  }
})

test('the variables have the values of the file, as strings', () => {
  const plain = (reader: (typeof READERS)[number], name: string) => {
    const value = guideVariables(it, reader).get(name)
    return value && 'plain' in value ? value.plain : undefined
  }
  assert.is(plain('shared', 'SERVER_DOMAIN'), 'spacelift.example.com')
  assert.is(plain('shared', 'MQTT_BROKER_ENDPOINT'), 'tls://spacelift-mqtt.ci.svc.cluster.local:1984')
  assert.is(plain('shared', 'OBJECT_STORAGE_MINIO_USE_SSL'), 'true')
  assert.is(plain('shared', 'OBJECT_STORAGE_MINIO_ALLOW_INSECURE'), 'true')
  assert.is(plain('shared', 'OBJECT_STORAGE_BUCKET_USAGE_ANALYTICS'), '')
  assert.is(plain('shared', 'OBJECT_STORAGE_BUCKET_UPLOADS_URL'), 'https://uploads.example.com')
  assert.is(plain('server', 'WEBHOOKS_ENDPOINT'), 'https://spacelift.example.com/webhooks')
  assert.is(plain('drain', 'LAUNCHER_IMAGE'), 'localhost:5001/launcher')
  assert.is(plain('drain', 'LAUNCHER_IMAGE_TAG'), 'v3.1.0-rc.1')
})

test('declared secrets and variables are added to those of the guide', () => {
  const shared = guideVariables(it, 'shared')
  assert.equal(shared.get('ENCRYPTION_RSA_PRIVATE_KEY'), { secret: it.encryption.rsaPrivateKey, form: 'rsaPrivateKey' })
  assert.equal(shared.get('FEATURE_TOKEN'), { secret: it.environment.shared.FEATURE_TOKEN })
  assert.equal(shared.get('HTTPS_PROXY'), { plain: 'http://proxy.example.com:3128', from: '/environment/shared/HTTPS_PROXY' })
})

test('every workload reads the shared secret', () => {
  for (const { secrets } of WORKLOADS) assert.is(secrets[0], 'shared')
})

test.run()
