import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Problem, ProblemError } from '../../../../src/values/problem.ts'
import type { ReadResult } from '../../../../src/values/readResult.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import { connectObjectStore, type ObjectStore, type ObjectStoreOptions } from '../../../../src/world/s3/objectStore.ts'

type Answer = { readonly cut?: boolean; readonly status?: number; readonly text?: string; readonly headers?: http.OutgoingHttpHeaders }
type Seen = { readonly method: string; readonly url: string; readonly headers: http.IncomingHttpHeaders; readonly body: string }
type Server = { readonly origin: string; readonly seen: Seen[]; connections(): number }

const SECRET = 'canary-secret-key'
const error = (Code: string, Message = 'words of the server') =>
  `<?xml version="1.0"?>\n<Error><Code>${Code}</Code><Message>${Message}</Message></Error>`
const xml = (status: number, code: string): Answer => ({ status, text: error(code), headers: { 'content-type': 'application/xml' } })
const part = (url: string) => new URL(url, 'http://x').search
/** A bucket with nothing set, as MinIO answers. */
const plain = ({ url }: Seen): Answer => {
  if (part(url) === '?versioning') return { text: '<VersioningConfiguration/>' }
  return part(url) === '?lifecycle' ? xml(404, 'NoSuchLifecycleConfiguration') : xml(404, 'NoSuchBucketPolicy')
}

/** Runs `work` against a server that answers as told. */
async function serving(
  answer: (request: Seen) => Answer,
  work: (store: ObjectStore, server: Server) => Promise<void>,
  more: Partial<ObjectStoreOptions> = {},
) {
  const seen: Seen[] = []
  let connections = 0
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
    seen.push(one)
    const { status = 200, text = '', headers = {}, cut = false } = answer(one)
    response.writeHead(status, headers)
    if (cut) response.write(text, () => response.destroy())
    else response.end(text)
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = connect({ endpoint: origin, ...more })
  try {
    await work(store, { origin, seen, connections: () => connections })
  } finally {
    store.close()
    server.closeAllConnections()
    server.close()
  }
}

function connect(more: Partial<ObjectStoreOptions> & { endpoint: string }): ObjectStore {
  return connectObjectStore({ region: 'us-east-1', accessKey: Sealed.of('access'), secretKey: Sealed.of(SECRET), ...more })
}

function whyOf(read: ReadResult<unknown>): Problem {
  assert.is(read.is, 'unknown', JSON.stringify(read))
  return (read as { why: Problem }).why
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown as ProblemError,
  )
  assert.instance(error, ProblemError)
  return (error as ProblemError).problems[0] as Problem
}

test('a bucket is one question for each of its parts, signed for the region, and no other', async () => {
  await serving(plain, async (store, { seen }) => {
    const read = await store.bucket('logs')
    assert.equal(read, {
      is: 'present',
      value: { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] },
    })
    assert.equal(seen.map((one) => `${one.method} ${one.url}`).sort(), ['GET /logs?lifecycle', 'GET /logs?policy', 'GET /logs?versioning'])
    assert.match(seen[0]?.headers.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=access\/\d{8}\/us-east-1\/s3\/aws4_request/)
  })
})

test('nothing is asked before the first use', async () => {
  await serving(plain, async (store, server) => {
    await store.warm()
    assert.is(server.connections(), 0)
  })
})

test('many buckets share few connections', async () => {
  await serving(plain, async (store, server) => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => store.bucket(`b-${i}`)))
    assert.is(server.seen.length, 90)
    assert.ok(server.connections() <= 12, `${server.connections()} connections`)
  })
})

test('absent is only what S3 itself calls NoSuchBucket, to every question', async () => {
  await serving(
    () => xml(404, 'NoSuchBucket'),
    async (store) => {
      assert.is((await store.bucket('logs')).is, 'absent')
      assert.is((await store.isEmpty('logs')).is, 'absent')
    },
  )
  await serving(
    (one) => (part(one.url) === '?policy' ? xml(404, 'NoSuchBucket') : plain(one)),
    async (store) => assert.is(whyOf(await store.bucket('logs')).code, 'minio/bucket-comes-and-goes'),
  )
})

test('no other answer is ever absent, and each says what is wrong', async () => {
  const cases: readonly [Answer, string][] = [
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
  for (const [answer, code] of cases)
    await serving(
      () => answer,
      async (store, { origin }) => {
        for (const read of [await store.bucket('logs'), await store.isEmpty('logs')]) {
          const why = whyOf(read)
          assert.is(why.code, code, JSON.stringify(answer))
          assert.ok(code === 'minio/missing-right' || why.summary.includes(origin), why.summary)
          assert.ok(why.remedy.length > 10)
          assert.not.match(JSON.stringify(why), /words of the server|token=abc|log in|canary/)
        }
      },
    )
})

test('all missing rights on a bucket are named in one problem', async () => {
  await serving(
    (one) => (part(one.url) === '?versioning' ? plain(one) : xml(403, 'AccessDenied')),
    async (store) => {
      const why = whyOf(await store.bucket('logs'))
      assert.match(why.summary, 's3:GetLifecycleConfiguration, s3:GetBucketPolicy on the bucket logs')
      assert.match(why.remedy, 'arn:aws:s3:::logs')
    },
  )
})

test('a policy is the same in whatever order its sets come', async () => {
  let turn = 0
  const policies = [
    '{"Statement":[{"Action":["s3:b","s3:a"],"Principal":{"AWS":["*"]}},{"Action":["s3:c"]}],"Version":"1"}',
    '{"Version":"1","Statement":[{"Principal":{"AWS":["*"]},"Action":["s3:a","s3:b"]},{"Action":["s3:c"]}]}',
  ]
  await serving(
    (one) => (part(one.url) === '?policy' ? { text: policies[turn++ % 2] ?? '' } : plain(one)),
    async (store) => {
      const reads = [await store.bucket('logs'), await store.bucket('logs')]
      assert.equal(reads[0], reads[1])
      assert.match(JSON.stringify(reads[0]), 's3:a')
    },
  )
})

test('how far the clocks are apart is said', async () => {
  await serving(
    () => ({ ...xml(403, 'RequestTimeTooSkewed'), headers: { date: new Date(Date.now() + 3600_000).toUTCString() } }),
    async (store) => assert.match(whyOf(await store.bucket('logs')).detail ?? '', '60 minutes'),
  )
})

test('the region the server wants is said', async () => {
  const text = '<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-7</Region></Error>'
  await serving(
    () => ({ status: 400, text }),
    async (store) => assert.match(whyOf(await store.bucket('logs')).remedy, 'objectStorage.region to eu-7'),
  )
})

test('a read that MinIO has no time for is repeated, and nothing is printed', async () => {
  const printed: string[] = []
  const restore = listen(printed)
  let busy = 2
  try {
    await serving(
      (one) => (part(one.url) === '?policy' && busy-- > 0 ? xml(503, 'SlowDownRead') : plain(one)),
      async (store) => assert.is((await store.bucket('logs')).is, 'present'),
    )
    await serving(
      () => xml(503, 'XMinioServerNotInitialized'),
      async (store, { seen }) => {
        assert.is(whyOf(await store.identity()).code, 'minio/busy')
        assert.is(seen.length, 3)
      },
    )
  } finally {
    restore()
  }
  assert.equal(printed, [])
})

test('a write is sent once, whatever happens to it', async () => {
  await serving(
    () => xml(503, 'SlowDownWrite'),
    async (store, { seen }) => {
      assert.is((await problemOf(store.createBucket('logs'))).code, 'minio/busy')
      assert.is(seen.length, 1)
    },
  )
})

test('half an answer is no answer', async () => {
  await serving(
    () => ({ cut: true, text: '<VersioningConfiguration>', headers: { 'content-length': 500 } }),
    async (store) => assert.is(whyOf(await store.bucket('logs')).code, 'minio/broken-connection'),
  )
})

test('the identity is MinIO’s deployment id; a user who may not ask for it has none', async () => {
  await serving(
    () => ({ text: '{"mode":"online","deploymentID":"abc"}' }),
    async (store, { seen }) => {
      assert.equal(await store.identity(), { is: 'present', value: 'abc' })
      assert.is(seen[0]?.url, '/minio/admin/v3/info')
    },
  )
  await serving(
    () => ({ status: 403, text: '{"Code":"AccessDenied","Message":"Access Denied."}' }),
    async (store) => assert.is((await store.identity()).is, 'absent'),
  )
  const others: readonly [Answer, string][] = [
    [{ status: 403, text: '{"Code":"InvalidAccessKeyId"}' }, 'minio/wrong-access-key'],
    [{ status: 404, text: 'nope' }, 'minio/not-s3'],
    [{ text: '{}' }, 'minio/not-understood'],
    [{ text: '<html/>' }, 'minio/not-understood'],
  ]
  for (const [answer, code] of others)
    await serving(
      () => answer,
      async (store) => assert.is(whyOf(await store.identity()).code, code),
    )
})

test('one version or delete marker makes a bucket not empty, and so does a list that goes on', async () => {
  const list = (inner: string) => `<ListVersionsResult xmlns="x"><Name>logs</Name>${inner}</ListVersionsResult>`
  const cases: readonly [string, boolean][] = [
    ['<IsTruncated>false</IsTruncated>', true],
    ['<Version><Key>a</Key></Version>', false],
    ['<DeleteMarker><Key>a</Key></DeleteMarker>', false],
    ['<IsTruncated>true</IsTruncated>', false],
  ]
  for (const [inner, empty] of cases)
    await serving(
      () => ({ text: list(inner) }),
      async (store, { seen }) => {
        assert.equal(await store.isEmpty('logs'), { is: 'present', value: empty })
        assert.is(seen[0]?.url, '/logs?versions&max-keys=1')
      },
    )
})

test('writes say all of what they replace, with the digest MinIO asks for', async () => {
  await serving(
    () => ({}),
    async (store, { seen }) => {
      await store.setLifecycle('logs', [{ id: '007', enabled: true, filter: { prefix: '', tags: {} }, expiration: { days: 3 } }])
      await store.setLifecycle('logs', [])
      await store.setVersioning('logs', { status: 'suspended', excludedPrefixes: [], excludeFolders: false })
      await store.removePolicy('logs')
      await store.removeBucket('logs')
      assert.equal(
        seen.map((one) => `${one.method} ${one.url} ${one.body}`.trim()),
        [
          'PUT /logs?lifecycle <LifecycleConfiguration><Rule><ID>007</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>',
          'DELETE /logs?lifecycle',
          'PUT /logs?versioning <VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
          'DELETE /logs?policy',
          'DELETE /logs',
        ],
      )
      assert.ok(seen[0]?.headers['content-md5'])
    },
  )
})

test('what the server says of our own document is shown, one line of it', async () => {
  await serving(
    () => ({ status: 400, text: error('InvalidArgument', 'days\n must be positive') }),
    async (store) => assert.is((await problemOf(store.setLifecycle('logs', []))).detail, 'MinIO says: days must be positive'),
  )
})

test('nobody listening, no such name, and TLS where there is none are told apart', async () => {
  const code = async (endpoint: string) => {
    const store = connect({ endpoint })
    return whyOf(await store.bucket('logs')).code
  }
  assert.is(await code('http://127.0.0.1:1'), 'minio/refused-connection')
  assert.is(await code('http://minio.invalid'), 'minio/unknown-host')
  await serving(plain, async (_, { origin }) => assert.is(await code(origin.replace('http:', 'https:')), 'minio/not-tls'))
})

test('a key that cannot be one is told without asking anybody', async () => {
  for (const keys of [{ secretKey: Sealed.of('') }, { accessKey: Sealed.of('') }, { accessKey: Sealed.of('two\nlines') }])
    await serving(
      plain,
      async (store, { seen }) => {
        assert.is(whyOf(await store.bucket('logs')).code, 'minio/unusable-key')
        assert.equal(seen, [])
      },
      keys,
    )
})

function listen(to: string[]): () => void {
  const streams = [process.stdout, process.stderr]
  const before = streams.map((one) => one.write)
  for (const one of streams) one.write = ((text: string) => to.push(String(text)) > 0) as typeof one.write
  return () => {
    for (const [i, one] of streams.entries()) one.write = before[i] as typeof one.write
  }
}

test.run()
