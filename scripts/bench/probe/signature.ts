import { createHash, createHmac } from 'node:crypto'

/** Signed headers for one MinIO request without a body (AWS Signature Version 4), valid for 15 minutes. */
export function signHeaders(method: string, url: URL, accessKey: string, secretKey: string, now = new Date()): Record<string, string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), 'us-east-1', 's3', 'aws4_request']
  const headers: Record<string, string> = { host: url.host, 'x-amz-content-sha256': sha256(''), 'x-amz-date': time }
  const names = Object.keys(headers).sort().join(';')
  const query = [...url.searchParams]
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .sort()
    .join('&')
  const canonical = [method, url.pathname, query, ...Object.entries(headers).map((pair) => pair.join(':')), '', names, sha256('')].join(
    '\n',
  )
  const key = scope.reduce<Buffer | string>((above, part) => createHmac('sha256', above).update(part).digest(), `AWS4${secretKey}`)
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n'))
    .digest('hex')
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
