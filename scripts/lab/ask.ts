import { request } from 'node:https'

export type Ask = {
  url: string
  ca: string
  method?: string
  cert?: string
  key?: string
  auth?: string
  body?: object
  headers?: Record<string, string>
}

export type Answer = { status: number; text: string }

/** One HTTPS request that trusts exactly the given CA. fetch cannot be told a CA or a client certificate. */
export function ask({ url, body, headers, ...options }: Ask): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const all = {
    ...headers,
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  }
  return new Promise((resolve, reject) => {
    // A new connection each time: what is asked here is whether a server that has just been restarted answers.
    const sent = request(url, { ...options, agent: false, timeout: 5000, headers: all }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('timed out')))
    sent.on('error', reject)
    sent.end(text)
  })
}
