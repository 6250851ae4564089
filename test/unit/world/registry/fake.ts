import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Installation, Registry } from '../../../../src/installation/installation.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import type { Processes, RunOptions } from '../../../../src/world/ports/process.ts'
import { openRegistries, type Registries } from '../../../../src/world/registry/registry.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown

/** One HTTP server on loopback; every request is recorded as `METHOD path [authorization]`. */
export class Loopback {
  readonly requests: string[] = []
  readonly host: string
  readonly close: () => void

  private constructor(port: number, close: () => void) {
    this.host = `127.0.0.1:${port}`
    this.close = close
  }

  static async start(handle: (self: Loopback) => Handler): Promise<Loopback> {
    let handler: Handler = () => {}
    const server = createServer(async (request, response) => {
      const { authorization } = request.headers
      self.requests.push([request.method, request.url, authorization].filter(Boolean).join(' '))
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      await handler(request, response, Buffer.concat(chunks))
    })
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const self = new Loopback((server.address() as AddressInfo).port, () => {
      server.closeAllConnections()
      server.close()
    })
    handler = handle(self)
    return self
  }
}

/** Responds with JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: { [name: string]: string } = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Responds with an error of the distribution specification. */
export const error = (response: ServerResponse, status: number, code: string, headers: { [name: string]: string } = {}): void =>
  json(response, status, { errors: [{ code, message: 'hunter2 is a bad password' }] }, headers)

export const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { digest: `sha256:${'c'.repeat(64)}` },
  layers: [],
})
export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

export type Machine = {
  readonly env?: { readonly [name: string]: string }
  readonly run?: (options: RunOptions) => Promise<{ code: number; stdout: string }>
}

/** Registries over plain http, by default with the login me:hunter2 from the file. */
export function open(host: string, login: 'file' | 'machine' = 'file', machine: Machine = {}): Registries {
  const declared: Registry = {
    host,
    plainHttp: true,
    ...(login === 'file' && { username: 'me', password: { at: '/p', from: { env: 'X' } } }),
  }
  const installation = {
    registries: [declared],
    images: { platform: 'linux/amd64', backend: { host, path: 'a/b' }, launcher: { host, path: 'a/c' } },
  } as unknown as Installation
  const run = async (options: RunOptions) => ({
    signal: null,
    stderr: '',
    ...((await machine.run?.(options)) ?? { code: 127, stdout: '' }),
  })
  const source = { env: machine.env ?? {}, home: '/nowhere', processes: { run } as unknown as Processes }
  return openRegistries({ installation, secrets: new Map([['/p', Sealed.of('hunter2')]]) }, source)
}

export const BASIC = `Basic ${Buffer.from('me:hunter2').toString('base64')}`
