import { request } from 'node:https'

export type HttpsRequest = {
  url: string
  ca: string
  method?: string
  cert?: string
  key?: string
  auth?: string
  body?: object
  headers?: Record<string, string>
}

export type HttpsResponse = { status: number; text: string }

/** One HTTPS request that trusts only the given CA. fetch accepts neither a CA nor a client certificate. */
export function httpsRequest({ url, body, headers, ...options }: HttpsRequest): Promise<HttpsResponse> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const requestHeaders = {
    ...headers,
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  }
  return new Promise((resolve, reject) => {
    // A new connection each time: it is used to check whether a server that was just started responds.
    const sent = request(url, { ...options, agent: false, timeout: 5000, headers: requestHeaders }, (response) => {
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
