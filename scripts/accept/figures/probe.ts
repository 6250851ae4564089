// The least that a Node process can do to ask the same questions: the requests of one plan over keep-alive connections,
// nothing parsed, nothing compared. Takes a JSON file of servers and their requests; waits until all are answered.
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

export type ProbedServer = {
  url: string
  ca: string
  cert?: string
  key?: string
  requests: { method: string; path: string; headers: Record<string, string> }[]
}

const servers = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ProbedServer[]
await Promise.all(servers.flatMap(askAll))

function askAll({ url, ca, cert, key, requests }: ProbedServer): Promise<void>[] {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) })
  return requests.map(({ method, path, headers }) => {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method, headers, agent }, (response) => {
        if ((response.statusCode ?? 0) === 401 || (response.statusCode ?? 0) === 403)
          reject(new Error(`${method} ${path}: ${response.statusCode}`))
        response.on('end', resolve).resume()
      })
      sent.on('error', reject).end()
    })
  })
}
