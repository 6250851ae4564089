import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyBucket, error, type FakeResponse, problemOf, subresource, whyOf, withServer, xml } from './fakeS3.ts'

test('a bucket is read with one signed request for each of its parts', async () => {
  await withServer(emptyBucket, async (store, { requests }) => {
    const read = await store.bucket('logs')
    assert.equal(read, {
      is: 'present',
      value: { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] },
    })
    assert.equal(requests.map((request) => `${request.method} ${request.url}`).sort(), [
      'GET /logs?lifecycle',
      'GET /logs?policy',
      'GET /logs?versioning',
    ])
    assert.match(requests[0]?.headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=access\/\d{8}\/us-east-1\/s3\/aws4_request/)
  })
})

test('no request is sent before the first use', async () => {
  await withServer(emptyBucket, async (store, server) => {
    await store.preload()
    assert.is(server.connections(), 0)
  })
})

test('many buckets share few connections', async () => {
  await withServer(emptyBucket, async (store, server) => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => store.bucket(`b-${i}`)))
    assert.is(server.requests.length, 90)
    assert.ok(server.connections() <= 12, `${server.connections()} connections`)
  })
})

test('a bucket is absent only when S3 returns NoSuchBucket to every request', async () => {
  await withServer(
    () => xml(404, 'NoSuchBucket'),
    async (store) => {
      assert.is((await store.bucket('logs')).is, 'absent')
      assert.is((await store.isEmpty('logs')).is, 'absent')
    },
  )
  await withServer(
    (request) => (subresource(request.url) === '?policy' ? xml(404, 'NoSuchBucket') : emptyBucket(request)),
    async (store) => assert.is(whyOf(await store.bucket('logs')).code, 'minio/bucket-comes-and-goes'),
  )
})

test('the order of the sets in a policy does not matter', async () => {
  let turn = 0
  const policies = [
    '{"Statement":[{"Action":["s3:b","s3:a"],"Principal":{"AWS":["*"]}},{"Action":["s3:c"]}],"Version":"1"}',
    '{"Version":"1","Statement":[{"Principal":{"AWS":["*"]},"Action":["s3:a","s3:b"]},{"Action":["s3:c"]}]}',
  ]
  await withServer(
    (request) => (subresource(request.url) === '?policy' ? { text: policies[turn++ % 2] ?? '' } : emptyBucket(request)),
    async (store) => {
      const reads = [await store.bucket('logs'), await store.bucket('logs')]
      assert.equal(reads[0], reads[1])
      assert.match(JSON.stringify(reads[0]), 's3:a')
    },
  )
})

test('a read is repeated while MinIO is busy, and nothing is printed', async () => {
  const printed: string[] = []
  const restore = captureOutput(printed)
  let busy = 2
  try {
    await withServer(
      (request) => (subresource(request.url) === '?policy' && busy-- > 0 ? xml(503, 'SlowDownRead') : emptyBucket(request)),
      async (store) => assert.is((await store.bucket('logs')).is, 'present'),
    )
    await withServer(
      () => xml(503, 'XMinioServerNotInitialized'),
      async (store, { requests }) => {
        assert.is(whyOf(await store.identity()).code, 'minio/busy')
        assert.is(requests.length, 3)
      },
    )
  } finally {
    restore()
  }
  assert.equal(printed, [])
})

test('a write is sent only once', async () => {
  await withServer(
    () => xml(503, 'SlowDownWrite'),
    async (store, { requests }) => {
      assert.is((await problemOf(store.createBucket('logs'))).code, 'minio/busy')
      assert.is(requests.length, 1)
    },
  )
})

test('the identity is MinIO’s deployment id; absent for a user who is not allowed to read it', async () => {
  await withServer(
    () => ({ text: '{"mode":"online","deploymentID":"abc"}' }),
    async (store, { requests }) => {
      assert.equal(await store.identity(), { is: 'present', value: 'abc' })
      assert.is(requests[0]?.url, '/minio/admin/v3/info')
    },
  )
  await withServer(
    () => ({ status: 403, text: '{"Code":"AccessDenied","Message":"Access Denied."}' }),
    async (store) => assert.is((await store.identity()).is, 'absent'),
  )
  const others: readonly [FakeResponse, string][] = [
    [{ status: 403, text: '{"Code":"InvalidAccessKeyId"}' }, 'minio/wrong-access-key'],
    [{ status: 404, text: 'nope' }, 'minio/not-s3'],
    [{ text: '{}' }, 'minio/not-understood'],
    [{ text: '<html/>' }, 'minio/not-understood'],
  ]
  for (const [response, code] of others)
    await withServer(
      () => response,
      async (store) => assert.is(whyOf(await store.identity()).code, code),
    )
})

test('a bucket with a version, a delete marker or a truncated list is not empty', async () => {
  const list = (inner: string) => `<ListVersionsResult xmlns="x"><Name>logs</Name>${inner}</ListVersionsResult>`
  const cases: readonly [string, boolean][] = [
    ['<IsTruncated>false</IsTruncated>', true],
    ['<Version><Key>a</Key></Version>', false],
    ['<DeleteMarker><Key>a</Key></DeleteMarker>', false],
    ['<IsTruncated>true</IsTruncated>', false],
  ]
  for (const [inner, empty] of cases)
    await withServer(
      () => ({ text: list(inner) }),
      async (store, { requests }) => {
        assert.equal(await store.isEmpty('logs'), { is: 'present', value: empty })
        assert.is(requests[0]?.url, '/logs?versions&max-keys=1')
      },
    )
})

test('a write replaces the whole document, with the digest that MinIO requires', async () => {
  await withServer(
    () => ({}),
    async (store, { requests }) => {
      await store.setLifecycle('logs', [{ id: '007', enabled: true, filter: { prefix: '', tags: {} }, expiration: { days: 3 } }])
      await store.setLifecycle('logs', [])
      await store.setVersioning('logs', { status: 'suspended', excludedPrefixes: [], excludeFolders: false })
      await store.removePolicy('logs')
      await store.removeBucket('logs')
      assert.equal(
        requests.map((request) => `${request.method} ${request.url} ${request.body}`.trim()),
        [
          'PUT /logs?lifecycle <LifecycleConfiguration><Rule><ID>007</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>',
          'DELETE /logs?lifecycle',
          'PUT /logs?versioning <VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
          'DELETE /logs?policy',
          'DELETE /logs',
        ],
      )
      assert.ok(requests[0]?.headers['content-md5'])
    },
  )
})

test('the server’s message about a document is shown as a single line', async () => {
  await withServer(
    () => ({ status: 400, text: error('InvalidArgument', 'days\n must be positive') }),
    async (store) => assert.is((await problemOf(store.setLifecycle('logs', []))).detail, 'MinIO reports: days must be positive'),
  )
})

function captureOutput(printed: string[]): () => void {
  const streams = [process.stdout, process.stderr]
  const before = streams.map((stream) => stream.write)
  for (const stream of streams) stream.write = ((text: string) => printed.push(String(text)) > 0) as typeof stream.write
  return () => {
    for (const [i, stream] of streams.entries()) stream.write = before[i] as typeof stream.write
  }
}

test.run()
