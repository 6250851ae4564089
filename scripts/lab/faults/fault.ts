import type { IncomingHttpHeaders } from 'node:http'

/** One request on its way through a fault proxy, and what became of it. */
export type PassedRequest = {
  /** 1 for the first request since the proxy was started or told to forget. */
  readonly number: number
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Bytes of its body that the server was given. */
  sentBytes: number
  /** What the server answered; undefined while it has not, or when it was not asked. */
  status?: number
  /** What was done to it; undefined when it passed unharmed. */
  fault?: Fault
}

/** What a fault proxy can do to a request. */
export type Fault =
  /** The connection ends before the server hears of the request. */
  | { readonly do: 'cutBefore' }
  /** The connection ends when the server has been given so many bytes of the body; the server sees its end as well. */
  | { readonly do: 'cutRequest'; readonly afterBytes: number }
  /** The server does what was asked, but its answer never arrives. */
  | { readonly do: 'cutAfter' }
  /** The answer ends after so many bytes of its body. */
  | { readonly do: 'cutAnswer'; readonly afterBytes: number }
  /** The server hears of the request later. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Another answer, and the server never hears of the request: 429, 503, a redirect. The body is read to its end first. */
  | { readonly do: 'answer'; readonly status: number; readonly headers?: Headers; readonly body?: string }
  /** The server's answer with other headers (undefined: without it) or another body. */
  | { readonly do: 'change'; readonly headers?: { readonly [name: string]: string | undefined }; readonly body?: (body: Buffer) => Buffer }

type Headers = { readonly [name: string]: string }

/** Which fault a request meets; undefined: none. */
export type Faults = (request: PassedRequest) => Fault | undefined

/** A fault for the n-th request that matches (1 is the first), once. */
export function nth(n: number, matches: (request: PassedRequest) => boolean, fault: Fault): Faults {
  let seen = 0
  return (request) => (matches(request) && ++seen === n ? fault : undefined)
}

/** Whether a request has this method and a path that matches. */
export const asks =
  (method: string, path: RegExp) =>
  (request: PassedRequest): boolean =>
    request.method === method && path.test(request.path)
