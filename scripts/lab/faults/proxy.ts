import http, { type ClientRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Faults, PassedRequest } from './fault.ts'
import { forwardResponse } from './forwardResponse.ts'

export type ProxySettings = {
  /** The origin of the real server. */
  target: string
  /** PEM; verifies the real server. */
  ca?: string
  /** The proxy's own certificate; without it the proxy speaks plain http. */
  tls?: { cert: string; key: string }
  /** The client certificate that the proxy presents to the server: certificates of its clients cannot be forwarded. */
  client?: { cert: string; key: string }
}

/**
 * An HTTP server on loopback in front of a real one. Everything is forwarded unchanged, including the Host header (so signatures
 * stay valid and a server's own links lead back to the proxy), unless `faults` or `cutAfterBytes` apply. It keeps a list of the
 * requests.
 */
export class FaultProxy {
  /** Called once for each request, when its headers have arrived. */
  faults: Faults = () => undefined
  readonly requests: PassedRequest[] = []
  readonly #settings: ProxySettings
  readonly #agent: http.Agent
  readonly #server: http.Server
  readonly #sockets = new Set<Duplex>()
  readonly #forwarded = new Set<ClientRequest>()
  #bytesLeft = Number.POSITIVE_INFINITY
  #onBytes: () => void = () => undefined

  private constructor(settings: ProxySettings) {
    this.#settings = settings
    const { ca, client, tls } = settings
    this.#agent = settings.target.startsWith('https:')
      ? new https.Agent({ keepAlive: true, ca, ...client })
      : new http.Agent({ keepAlive: true })
    const listener: RequestListener = (request, response) => {
      // For the client, any error is a broken connection.
      this.#forwardRequest(request, response).catch(() => request.socket.destroy())
    }
    this.#server = tls ? https.createServer(tls, listener) : http.createServer(listener)
    this.#server.requestTimeout = 0
    this.#server.on('connection', (socket) => this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket))))
  }

  static async start(settings: ProxySettings): Promise<FaultProxy> {
    const proxy = new FaultProxy(settings)
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve))
    // It must not keep a test process alive that did not close it.
    proxy.#server.unref()
    return proxy
  }

  /** `127.0.0.1:PORT`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.#settings.tls ? 'https' : 'http'}://${this.host}`
  }

  /** Bytes of all request bodies that were sent to the server since the start or the last reset. */
  get sentBytes(): number {
    return this.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  }

  /** Ends all connections after this many more bytes of request bodies. Once. */
  cutAfterBytes(bytes: number): void {
    this.onBytes(bytes, () => this.cut())
  }

  /** Calls `then` after this many more bytes of request bodies, and ends the current request's connection. Once. */
  onBytes(bytes: number, then: () => void): void {
    this.#bytesLeft = bytes
    this.#onBytes = then
  }

  /** Ends all connections now. */
  cut(): void {
    for (const request of this.#forwarded) request.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Clears the list of requests and the faults. */
  reset(): void {
    this.requests.length = 0
    this.faults = () => undefined
    this.#bytesLeft = Number.POSITIVE_INFINITY
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #forwardRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const passed: PassedRequest = { number: this.requests.length + 1, method, path, headers, sentBytes: 0 }
    this.requests.push(passed)
    const fault = this.faults(passed)
    if (fault) passed.fault = fault
    if (fault?.do === 'cutBefore') return void request.socket.destroy()
    if (fault?.do === 'respond') return respondInstead(fault, request, response)
    if (fault?.do === 'delay') await sleep(fault.ms)
    const upstream = await this.#forward(request, passed, fault)
    passed.status = upstream.statusCode ?? 0
    await forwardResponse(upstream, response, fault)
  }

  #forward(request: IncomingMessage, passed: PassedRequest, fault: Fault | undefined): Promise<IncomingMessage> {
    const { hostname, port, protocol } = new URL(this.#settings.target)
    const { method, url: path, headers, rawHeaders } = request
    const send = protocol === 'https:' ? https.request : http.request
    // The server's certificate is for its address, not for the Host header.
    const names = protocol === 'https:' ? { servername: '', checkServerIdentity: () => undefined } : {}
    return new Promise((resolve, reject) => {
      const sent = send({ hostname, port, method, path, headers: rawHeaders, agent: this.#agent, ...names })
      this.#forwarded.add(sent)
      const abort = () => sent.destroy()
      request.socket.once('close', abort)
      sent.on('close', () => {
        this.#forwarded.delete(sent)
        // A connection is used for many requests.
        request.socket.off('close', abort)
      })
      sent.on('response', resolve).on('error', reject)
      if (!hasBody(headers)) return void sent.end()
      this.#writeBody(request, sent, passed, fault?.do === 'cutRequest' ? fault.afterBytes : Number.POSITIVE_INFINITY)
    })
  }

  /** Forwards and counts the body; a fault may end it together with the connection. */
  #writeBody(request: IncomingMessage, sent: ClientRequest, passed: PassedRequest, maxBytes: number): void {
    request.on('data', (chunk: Buffer) => {
      const allowed = chunk.subarray(0, Math.max(0, Math.min(maxBytes - passed.sentBytes, this.#bytesLeft)))
      passed.sentBytes += allowed.length
      this.#bytesLeft -= allowed.length
      const isCut = passed.sentBytes >= maxBytes || this.#bytesLeft <= 0
      const isFull = !sent.write(allowed, () => isCut && this.#cutBody(request, sent))
      if (isCut) request.pause()
      else if (isFull) {
        request.pause()
        sent.once('drain', () => request.resume())
      }
    })
    request.on('end', () => sent.end())
  }

  #cutBody(request: IncomingMessage, sent: ClientRequest): void {
    if (this.#bytesLeft <= 0) {
      this.#bytesLeft = Number.POSITIVE_INFINITY
      this.#onBytes()
    }
    sent.destroy()
    request.socket.destroy()
  }
}

const hasBody = (headers: IncomingMessage['headers']): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

async function respondInstead(fault: Fault & { do: 'respond' }, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request) {
    // Read to the end: a client that is still sending might never read the response.
  }
  response.writeHead(fault.status, fault.headers).end(fault.body)
}
