import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../src/values/problem.ts'
import { HttpClient } from '../../src/world/http.ts'

/** Runs `ask` against a server of the test's; answers how many connections it took. */
async function connections(answer: RequestListener, ask: (client: HttpClient) => Promise<unknown>, soonMs?: number): Promise<number> {
  let count = 0
  const server = createServer(answer).on('connection', () => count++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new HttpClient({ url: new URL(`http://127.0.0.1:${port}`), what: 'MinIO', code: 'minio' }, 12, soonMs)
  try {
    await ask(client)
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
  return count
}

const get = (client: HttpClient, timeoutMs?: number) => client.request({ method: 'GET', path: '/', ...(timeoutMs && { timeoutMs }) })
const many = (client: HttpClient, timeoutMs?: number) => Promise.allSettled(Array.from({ length: 40 }, () => get(client, timeoutMs)))

test('a server nearby is asked everything over two kept-alive connections', async () => {
  // However slow this machine is today.
  const used = await connections((_, response) => response.end('{}'), many, 60_000)
  assert.is(used, 2)
})

test('one that keeps us waiting is asked over as many as are allowed', async () => {
  const waiting: (() => void)[] = []
  const used = await connections((_, response) => {
    waiting.push(() => response.end('{}'))
    // Nobody is answered before all connections are there.
    if (waiting.length >= 12) for (const answer of waiting) answer()
  }, many)
  assert.is(used, 12)
})

test('forty requests to a server that never answers end with the first that has waited long enough', async () => {
  let asked = 0
  await connections(
    () => asked++,
    async (client) => {
      const all = await many(client, 200)
      const codes = all.map((one) => one.status === 'rejected' && one.reason instanceof ProblemError && one.reason.problems[0]?.code)
      assert.equal(new Set(codes), new Set(['minio/silent']))
    },
  )
  assert.is(asked, 12)
})

test.run()
