import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Fault } from './fault.ts'

/** Hands the server's answer on, or what a fault makes of it. */
export async function giveAnswer(answer: IncomingMessage, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  if (fault?.do === 'cutAfter') return cutAfter(answer, response)
  if (fault?.do === 'cutAnswer') return tear(answer, response, fault.afterBytes)
  if (fault?.do === 'change') return change(answer, response, fault)
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  await pipeline(answer, response)
}

async function cutAfter(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  await whole(answer)
  response.socket?.destroy()
}

async function tear(answer: IncomingMessage, response: ServerResponse, bytes: number): Promise<void> {
  const body = await whole(answer)
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  response.write(body.subarray(0, bytes), () => response.socket?.destroy())
}

async function change(answer: IncomingMessage, response: ServerResponse, fault: Fault & { do: 'change' }): Promise<void> {
  const body = await whole(answer)
  const changed = fault.body?.(body) ?? body
  // A HEAD's length is that of a body it does not have.
  const length = fault.body ? { 'content-length': String(changed.length) } : {}
  const headers = { ...answer.headers, ...length, ...fault.headers }
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)))
  response.end(changed)
}

async function whole(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
