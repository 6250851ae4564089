import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { HttpClient } from '../../../../src/world/http/httpClient.ts'

/** Runs `ask` against a server of the test's; answers how many connections it took. */
async function connections(
  answer: RequestListener,
  ask: (client: HttpClient) => Promise<unknown>,
  soonMs?: number,
  writeWithinSeconds?: number,
): Promise<number> {
  let count = 0
  const server = createServer(answer).on('connection', () => count++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = new HttpClient({ url: new URL(`http://127.0.0.1:${port}`), what: 'MinIO', code: 'minio' }, 12, {
    soonMs,
    writeWithinSeconds,
  })
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

test('a write that had to wait too long is not sent, a read is', async () => {
  const sent: string[] = []
  const blocked: (() => void)[] = []
  const answer: RequestListener = (request, response) => {
    sent.push(request.method ?? '')
    if (blocked.length < 2) blocked.push(() => response.end())
    else response.end()
  }
  await connections(
    answer,
    async (client) => {
      const first = [get(client), get(client)]
      while (blocked.length < 2) await new Promise(setImmediate)
      const [write, read] = [client.request({ method: 'PUT', path: '/' }).catch((error: unknown) => error), get(client)]
      // As long as a suspended process does not notice.
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
