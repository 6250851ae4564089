import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { HttpClient } from '../../../../src/world/http/httpClient.ts'

/** Runs `send` against a test server; returns how many connections it used. */
async function connections(
  listener: RequestListener,
  send: (client: HttpClient) => Promise<unknown>,
  slowAfterMs?: number,
  writeWithinSeconds?: number,
): Promise<number> {
  let count = 0
  const server = createServer(listener).on('connection', () => count++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new HttpClient({ url: new URL(`http://127.0.0.1:${port}`), name: 'MinIO', code: 'minio' }, 12, {
    slowAfterMs,
    writeWithinSeconds,
  })
  try {
    await send(client)
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
  return count
}

const get = (client: HttpClient, timeoutMs?: number) => client.request({ method: 'GET', path: '/', ...(timeoutMs && { timeoutMs }) })
const many = (client: HttpClient, timeoutMs?: number) => Promise.allSettled(Array.from({ length: 40 }, () => get(client, timeoutMs)))

test('all requests to a fast server use two kept-alive connections', async () => {
  // 60 s: this machine may be slow.
  const used = await connections((_, response) => response.end('{}'), many, 60_000)
  assert.is(used, 2)
})

test('requests to a slow server use all allowed connections', async () => {
  const waiting: (() => void)[] = []
  const used = await connections((_, response) => {
    waiting.push(() => response.end('{}'))
    // No response before all connections are open.
    if (waiting.length >= 12) for (const respond of waiting) respond()
  }, many)
  assert.is(used, 12)
})

test('a write that had to wait too long is not sent, a read is sent', async () => {
  const sent: string[] = []
  const blocked: (() => void)[] = []
  const listener: RequestListener = (request, response) => {
    sent.push(request.method ?? '')
    if (blocked.length < 2) blocked.push(() => response.end())
    else response.end()
  }
  await connections(
    listener,
    async (client) => {
      const first = [get(client), get(client)]
      while (blocked.length < 2) await new Promise(setImmediate)
      const [write, read] = [client.request({ method: 'PUT', path: '/' }).catch((error: unknown) => error), get(client)]
      // Longer than writeWithinSeconds, as after a suspension.
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const end of blocked) end()
      await Promise.all([...first, read])
      const late = await write
      assert.is(late instanceof ProblemError && late.problems[0]?.code, 'minio/too-late')
    },
    60_000,
    0.04,
  )
  assert.equal(sent, ['GET', 'GET', 'GET'])
})

test('forty requests to a server that never responds end with the first timeout', async () => {
  let received = 0
  await connections(
    () => received++,
    async (client) => {
      const results = await many(client, 200)
      const codes = results.map(
        (result) => result.status === 'rejected' && result.reason instanceof ProblemError && result.reason.problems[0]?.code,
      )
      assert.equal(new Set(codes), new Set(['minio/silent']))
    },
  )
  assert.is(received, 12)
})

test.run()
