import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Sealed } from '../../../../src/values/sealed.ts'
import { connect, emptyBucket, type FakeResponse, subresource, whyOf, withServer, xml } from './fakeS3.ts'

test('no other response proves absence, and each has its own problem', async () => {
  const cases: readonly [FakeResponse, string][] = [
    [{ status: 404, text: '404 page not found' }, 'minio/not-s3'],
    [{ status: 404 }, 'minio/not-s3'],
    [{ status: 404, text: '{"Code":"NoSuchBucket"', headers: { 'content-type': 'application/json' } }, 'minio/not-s3'],
    [{ status: 403, text: '' }, 'minio/not-s3'],
    [xml(404, 'NoSuchKey'), 'minio/refused'],
    [xml(403, 'InvalidAccessKeyId'), 'minio/wrong-access-key'],
    [xml(403, 'SignatureDoesNotMatch'), 'minio/wrong-secret-key'],
    [xml(403, 'AccessDenied'), 'minio/missing-right'],
    [xml(403, 'RequestTimeTooSkewed'), 'minio/clock-skew'],
    [xml(400, 'AuthorizationHeaderMalformed'), 'minio/wrong-region'],
    [xml(500, 'InternalError'), 'minio/refused'],
    [{ status: 502, text: '<html><body>Bad Gateway<br></body></html>', headers: { 'content-type': 'text/html' } }, 'minio/not-s3'],
    [{ status: 200, text: '<html><body>Please log in</body></html>', headers: { 'content-type': 'text/html' } }, 'minio/not-understood'],
    [{ status: 200 }, 'minio/not-understood'],
    [{ status: 301, headers: { location: 'https://other.example.com/logs?token=abc' } }, 'minio/redirected'],
    [{ status: 307, headers: { location: '/login' } }, 'minio/redirected'],
  ]
  for (const [response, code] of cases)
    await withServer(
      () => response,
      async (store, { origin }) => {
        for (const read of [await store.bucket('logs'), await store.isEmpty('logs')]) {
          const why = whyOf(read)
          assert.is(why.code, code, JSON.stringify(response))
          assert.ok(code === 'minio/missing-right' || why.summary.includes(origin), why.summary)
          assert.ok(why.remedy.length > 10)
          assert.not.match(JSON.stringify(why), /message of the server|token=abc|log in|canary/)
        }
      },
    )
})

test('all missing permissions on a bucket are in one problem', async () => {
  await withServer(
    (request) => (subresource(request.url) === '?versioning' ? emptyBucket(request) : xml(403, 'AccessDenied')),
    async (store) => {
      const why = whyOf(await store.bucket('logs'))
      assert.match(why.summary, 's3:GetLifecycleConfiguration, s3:GetBucketPolicy on the bucket logs')
      assert.match(why.remedy, 'arn:aws:s3:::logs')
    },
  )
})

test('a clock skew is reported in minutes', async () => {
  await withServer(
    () => ({ ...xml(403, 'RequestTimeTooSkewed'), headers: { date: new Date(Date.now() + 3600_000).toUTCString() } }),
    async (store) => assert.match(whyOf(await store.bucket('logs')).detail ?? '', '60 minutes'),
  )
})

test('the region that the server expects is reported', async () => {
  const text = '<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-7</Region></Error>'
  await withServer(
    () => ({ status: 400, text }),
    async (store) => assert.match(whyOf(await store.bucket('logs')).remedy, 'objectStorage.region to eu-7'),
  )
})

test('a truncated response is a problem', async () => {
  await withServer(
    () => ({ cut: true, text: '<VersioningConfiguration>', headers: { 'content-length': 500 } }),
    async (store) => assert.is(whyOf(await store.bucket('logs')).code, 'minio/broken-connection'),
  )
})

test('a refused connection, an unknown host and a server without TLS have their own problems', async () => {
  const code = async (endpoint: string) => {
    const store = connect({ endpoint })
    return whyOf(await store.bucket('logs')).code
  }
  assert.is(await code('http://127.0.0.1:1'), 'minio/refused-connection')
  assert.is(await code('http://minio.invalid'), 'minio/unknown-host')
  await withServer(emptyBucket, async (_, { origin }) => assert.is(await code(origin.replace('http:', 'https:')), 'minio/not-tls'))
})

test('an unusable key is reported without a request', async () => {
  for (const keys of [{ secretKey: Sealed.of('') }, { accessKey: Sealed.of('') }, { accessKey: Sealed.of('two\nlines') }])
    await withServer(
      emptyBucket,
      async (store, { requests }) => {
        assert.is(whyOf(await store.bucket('logs')).code, 'minio/unusable-key')
        assert.equal(requests, [])
      },
      keys,
    )
})

test.run()
