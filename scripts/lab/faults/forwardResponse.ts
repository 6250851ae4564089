import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Fault } from './fault.ts'

/** Forwards the server's response, changed by the fault if there is one. */
export async function forwardResponse(upstream: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  if (fault?.do === 'cutAfter') return cutAfter(upstream, response)
  if (fault?.do === 'cutResponse') return truncateBody(upstream, response, fault.afterBytes)
  if (fault?.do === 'change') return change(upstream, response, fault)
  response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders)
  await pipeline(upstream, response)
}

async function cutAfter(upstream: IncomingMessage, response: ServerResponse): Promise<void> {
  await readBody(upstream)
  response.socket?.destroy()
}

async function truncateBody(upstream: IncomingMessage, response: ServerResponse, bytes: number): Promise<void> {
  const body = await readBody(upstream)
  response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders)
  response.write(body.subarray(0, bytes), () => response.socket?.destroy())
}

async function change(upstream: IncomingMessage, response: ServerResponse, fault: Fault & { do: 'change' }): Promise<void> {
  const body = await readBody(upstream)
  const changed = fault.body?.(body) ?? body
  // The content-length of a HEAD response is that of a body which is not sent.
  const length = fault.body ? { 'content-length': String(changed.length) } : {}
  const headers = { ...upstream.headers, ...length, ...fault.headers }
  response.writeHead(upstream.statusCode ?? 502, Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)))
  response.end(changed)
}

async function readBody(upstream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of upstream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
