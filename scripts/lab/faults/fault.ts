import type { IncomingHttpHeaders } from 'node:http'

/** One request through a fault proxy, and its result. */
export type PassedRequest = {
  /** 1 for the first request since the start or the last reset. */
  readonly number: number
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Bytes of its body that were sent to the server. */
  sentBytes: number
  /** The server's status; undefined before its response, or if the request was not forwarded. */
  status?: number
  /** The fault that was applied, if any. */
  fault?: Fault
}

/** What a fault proxy can do to a request. */
export type Fault =
  /** The connection ends before the request is forwarded. */
  | { readonly do: 'cutBefore' }
  /** The connections to client and server end after this many bytes of the request's body. */
  | { readonly do: 'cutRequest'; readonly afterBytes: number }
  /** The server processes the request, but its response never arrives. */
  | { readonly do: 'cutAfter' }
  /** The response ends after this many bytes of its body. */
  | { readonly do: 'cutResponse'; readonly afterBytes: number }
  /** The request is forwarded later. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Responds instead of the server: 429, 503, a redirect. The request's body is read to its end first. */
  | { readonly do: 'respond'; readonly status: number; readonly headers?: Headers; readonly body?: string }
  /** The server's response with other headers (undefined: removed) or another body. */
  | { readonly do: 'change'; readonly headers?: { readonly [name: string]: string | undefined }; readonly body?: (body: Buffer) => Buffer }

type Headers = { readonly [name: string]: string }

/** The fault for a request; undefined: none. */
export type Faults = (request: PassedRequest) => Fault | undefined

/** A fault for the n-th request that matches (1 is the first), once. */
export function nth(n: number, isMatch: (request: PassedRequest) => boolean, fault: Fault): Faults {
  let count = 0
  return (request) => (isMatch(request) && ++count === n ? fault : undefined)
}

/** True for requests with this method and a matching path. */
export const matches =
  (method: string, path: RegExp) =>
  (request: PassedRequest): boolean =>
    request.method === method && path.test(request.path)
