import http, { type ClientRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Faults, PassedRequest } from './fault.ts'
import { giveAnswer } from './giveAnswer.ts'

export type ProxySettings = {
  /** The origin of the real server. */
  target: string
  /** PEM; by which the real server is believed. */
  ca?: string
  /** The proxy's own certificate; without it the proxy speaks plain http. */
  tls?: { cert: string; key: string }
  /** The client certificate that the proxy shows to the server: those of its own clients cannot pass. */
  client?: { cert: string; key: string }
}

/**
 * An HTTP server on loopback in front of a real one. Everything passes as it is, the Host header included (so signatures
 * stay right and a server's own links lead back here), until `faults` or `cutAfterBytes` say otherwise.
 * It keeps a list of what has passed.
 */
export class FaultProxy {
  /** Asked once for each request, when its head has arrived. */
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
      // Whatever breaks on the way is seen by the client as a broken connection.
      this.#pass(request, response).catch(() => request.socket.destroy())
    }
    this.#server = tls ? https.createServer(tls, listener) : http.createServer(listener)
    this.#server.requestTimeout = 0
    this.#server.on('connection', (socket) => this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket))))
  }

  static async start(settings: ProxySettings): Promise<FaultProxy> {
    const proxy = new FaultProxy(settings)
    await new Promise<void>((resolve, reject) => proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve))
    // It may not keep a test alive that forgot it.
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

  /** Bytes of all bodies that the server was given since the start or the last `forget`. */
  get sentBytes(): number {
    return this.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  }

  /** When the server has been given so many more bytes of bodies, all connections end at once. Once. */
  cutAfterBytes(bytes: number): void {
    this.onBytes(bytes, () => this.cut())
  }

  /** When the server has been given so many more bytes of bodies, this happens, and that body's connection ends. Once. */
  onBytes(bytes: number, then: () => void): void {
    this.#bytesLeft = bytes
    this.#onBytes = then
  }

  /** Ends all connections now. */
  cut(): void {
    for (const one of this.#forwarded) one.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Begins with an empty list and without faults. */
  forget(): void {
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

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const passed: PassedRequest = { number: this.requests.length + 1, method, path, headers, sentBytes: 0 }
    this.requests.push(passed)
    const fault = this.faults(passed)
    if (fault) passed.fault = fault
    if (fault?.do === 'cutBefore') return void request.socket.destroy()
    if (fault?.do === 'answer') return answerInstead(fault, request, response)
    if (fault?.do === 'delay') await sleep(fault.ms)
    const answer = await this.#forward(request, passed, fault)
    passed.status = answer.statusCode ?? 0
    await giveAnswer(answer, response, fault)
  }

  #forward(request: IncomingMessage, passed: PassedRequest, fault: Fault | undefined): Promise<IncomingMessage> {
    const { hostname, port, protocol } = new URL(this.#settings.target)
    const { method, url: path, headers, rawHeaders } = request
    const send = protocol === 'https:' ? https.request : http.request
    // The server's certificate is for its address, not for whatever the Host header says.
    const names = protocol === 'https:' ? { servername: '', checkServerIdentity: () => undefined } : {}
    return new Promise((resolve, reject) => {
      const sent = send({ hostname, port, method, path, headers: rawHeaders, agent: this.#agent, ...names })
      this.#forwarded.add(sent)
      const gone = () => sent.destroy()
      request.socket.once('close', gone)
      sent.on('close', () => {
        this.#forwarded.delete(sent)
        // A connection outlives many requests.
        request.socket.off('close', gone)
      })
      sent.on('response', resolve).on('error', reject)
      if (!hasBody(headers)) return void sent.end()
      this.#pour(request, sent, passed, fault?.do === 'cutRequest' ? fault.afterBytes : Number.POSITIVE_INFINITY)
    })
  }

  /** The body, counted; it ends with the connection where a fault wants that. */
  #pour(request: IncomingMessage, sent: ClientRequest, passed: PassedRequest, most: number): void {
    request.on('data', (chunk: Buffer) => {
      const allowed = chunk.subarray(0, Math.max(0, Math.min(most - passed.sentBytes, this.#bytesLeft)))
      passed.sentBytes += allowed.length
      this.#bytesLeft -= allowed.length
      const isCut = passed.sentBytes >= most || this.#bytesLeft <= 0
      const isFull = !sent.write(allowed, () => isCut && this.#end(request, sent))
      if (isCut) request.pause()
      else if (isFull) {
        request.pause()
        sent.once('drain', () => request.resume())
      }
    })
    request.on('end', () => sent.end())
  }

  #end(request: IncomingMessage, sent: ClientRequest): void {
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

async function answerInstead(fault: Fault & { do: 'answer' }, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request) {
    // Read to its end: a client that is still sending might never see the answer.
  }
  response.writeHead(fault.status, fault.headers).end(fault.body)
}
