// The minimum for a Node process: sends the requests of one plan over keep-alive connections, parses and compares nothing, has
// no types to strip and no module graph. Its argument is a JSON file of servers and their requests.
const { readFileSync } = require('node:fs')
const { Agent, request } = require('node:https')

for (const { requests, url, ...tls } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ...tls })
  const { hostname, port } = new URL(url)
  let open = requests.length
  for (const { method, path, headers } of requests) {
    const sent = request({ hostname, port, path, method, headers, agent }, (response) => {
      if (response.statusCode === 401 || response.statusCode === 403) throw new Error(`${method} ${path}: ${response.statusCode}`)
      response.on('end', () => --open === 0 && setImmediate(() => agent.destroy())).resume()
    })
    sent.end()
  }
}
