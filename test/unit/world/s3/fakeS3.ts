import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import { type Problem, ProblemError } from '../../../../src/values/problem.ts'
import type { ReadResult } from '../../../../src/values/readResult.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import { connectObjectStore, type ObjectStore, type ObjectStoreOptions } from '../../../../src/world/s3/objectStore.ts'

export type FakeResponse = {
  readonly cut?: boolean
  readonly status?: number
  readonly text?: string
  readonly headers?: http.OutgoingHttpHeaders
}
export type ReceivedRequest = {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}
type Server = { readonly origin: string; readonly requests: ReceivedRequest[]; connections(): number }

const SECRET = 'canary-secret-key'
export const error = (Code: string, Message = 'message of the server') =>
  `<?xml version="1.0"?>\n<Error><Code>${Code}</Code><Message>${Message}</Message></Error>`
export const xml = (status: number, code: string): FakeResponse => ({
  status,
  text: error(code),
  headers: { 'content-type': 'application/xml' },
})
export const subresource = (url: string) => new URL(url, 'http://x').search
/** The responses of MinIO for a bucket without settings. */
export const emptyBucket = ({ url }: ReceivedRequest): FakeResponse => {
  if (subresource(url) === '?versioning') return { text: '<VersioningConfiguration/>' }
  return subresource(url) === '?lifecycle' ? xml(404, 'NoSuchLifecycleConfiguration') : xml(404, 'NoSuchBucketPolicy')
}

/** Runs `use` with an object store that talks to a fake server. */
export async function withServer(
  respond: (request: ReceivedRequest) => FakeResponse,
  use: (store: ObjectStore, server: Server) => Promise<void>,
  more: Partial<ObjectStoreOptions> = {},
) {
  const requests: ReceivedRequest[] = []
  let connections = 0
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const received = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    requests.push(received)
    const { status = 200, text = '', headers = {}, cut = false } = respond(received)
    response.writeHead(status, headers)
    if (cut) response.write(text, () => response.destroy())
    else response.end(text)
  })
  server.on('connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = connect({ endpoint: origin, ...more })
  try {
    await use(store, { origin, requests, connections: () => connections })
  } finally {
    store.close()
    server.closeAllConnections()
    server.close()
  }
}

export function connect(more: Partial<ObjectStoreOptions> & { endpoint: string }): ObjectStore {
  return connectObjectStore({ region: 'us-east-1', accessKey: Sealed.of('access'), secretKey: Sealed.of(SECRET), ...more })
}

export function whyOf(read: ReadResult<unknown>): Problem {
  assert.is(read.is, 'unknown', JSON.stringify(read))
  return (read as { why: Problem }).why
}

export async function problemOf(write: Promise<unknown>): Promise<Problem> {
  const error = await write.then(
    () => undefined,
    (thrown) => thrown as ProblemError,
  )
  assert.instance(error, ProblemError)
  return (error as ProblemError).problems[0] as Problem
}
