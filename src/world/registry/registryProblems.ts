import { type Problem, ProblemError } from '../../values/problem.ts'
import type { Response } from '../http/httpClient.ts'
import { RetryAfterError, retryAfterMs } from '../http/retry.ts'

/** The attempted action, as the end of a sentence: `read spacelift/backend`. */
export type Action = string

const problem = (code: string, summary: string, remedy: string, detail?: string): Problem => ({
  code: `registry/${code}`,
  summary,
  remedy,
  ...(detail !== undefined && { detail }),
})

const loginRemedy = (host: string) =>
  `Set username and password of ${host} under registries in the file, or run: docker login ${host} (docker’s config.json is read as well).`

export const loginNeeded = (host: string) =>
  problem('login-needed', `The registry ${host} requires a login, and none is configured.`, loginRemedy(host))

export const wrongPassword = (host: string) =>
  problem('wrong-password', `The registry ${host} rejected the username and password.`, loginRemedy(host))

export const denied = (host: string, action: Action) =>
  problem(
    'denied',
    `The registry ${host} does not allow this login to ${action}.`,
    'Ask the registry’s administrator for the right to pull and push this repository, or use another login.',
  )

export const digestMismatch = (host: string, detail: string) =>
  problem(
    'wrong-digest',
    `The registry ${host} returned content that does not match its digest.`,
    'Look for a broken proxy or cache in front of the registry.',
    detail,
  )

export const unreadableManifest = (host: string, detail: string) =>
  problem(
    'unreadable-manifest',
    `The registry ${host} returned something other than an image manifest.`,
    'Check what was pushed under this tag: skopeo inspect --raw docker://REFERENCE',
    detail,
  )

export const credentialHelper = (host: string, helper: string, detail: string) =>
  problem(
    'credential-helper',
    `The credential helper ${helper} returned no login for ${host}.`,
    `Run it by hand: echo ${host} | ${helper} get. Or set the login under registries in the file.`,
    detail,
  )

export const insecureRealm = (host: string) =>
  problem(
    'insecure-token-server',
    `The registry ${host} uses a token server without TLS; no login was sent to it.`,
    'Ask the registry’s administrator to configure an https address for the token server.',
  )

export const invalidTokenResponse = (host: string, status: number) =>
  problem(
    status >= 500 || status === 429 ? 'token-server-error' : 'no-token',
    `The token server of ${host} returned no token (HTTP ${status}).`,
    'Check the token server’s log; the login itself was not refused.',
  )

export const badRedirect = (host: string) =>
  problem(
    'redirected',
    `The registry ${host} redirects in a loop, or in a way that an upload cannot follow.`,
    'Set the host that it redirects to in the file, or fix the proxy in front of it.',
  )

/** The problem of a reply that is no success, from its status and the registry's error code; its texts are never shown. */
export function refusedProblem({ host, refusesLogin }: { host: string; refusesLogin: boolean }, action: Action, reply: Response): Problem {
  const { status, headers } = reply
  const code = errorCode(reply)
  const detail = `The response was HTTP ${status}${code ? ` ${code}` : ''}.`
  if (status === 403 || code === 'DENIED') return denied(host, action)
  // The token server accepted the login: the permission is missing.
  if (status === 401) return refusesLogin ? wrongPassword(host) : denied(host, action)
  if (status === 429) {
    const after = headers['retry-after']
    const wait = after && /^\d{1,6}$/.test(after) ? `in ${after} seconds` : 'later'
    return problem('too-many-requests', `The registry ${host} limits the rate of requests.`, `Run the command again ${wait}.`, detail)
  }
  if (status >= 500 && isDiskFull(reply))
    return problem(
      'disk-full',
      `The registry ${host} has no space left on its disk.`,
      'Ask the registry’s administrator to free or add disk space, then run the command again: it sends only what is missing.',
      detail,
    )
  if (status >= 500)
    return problem(
      'server-error',
      `The registry ${host} failed to ${action}.`,
      'Check the registry’s log and its disk space, then run the command again.',
      detail,
    )
  if (status === 405 || code === 'UNSUPPORTED')
    return problem(
      'unsupported',
      `The registry ${host} does not allow any user to ${action}.`,
      'Ask the registry’s administrator to enable it, or do it in the registry’s own interface.',
      detail,
    )
  return problem(
    'unexpected-answer',
    `${host} did not respond like a registry to a request to ${action}.`,
    `Check the host in the file: curl -i https://${host}/v2/ must return 200 or 401 with JSON.`,
    detail,
  )
}

/** The same as an error, with the registry's Retry-After if it is transient. */
export function refusedError(host: { host: string; refusesLogin: boolean }, action: Action, reply: Response): ProblemError {
  const problem = refusedProblem(host, action, reply)
  const after = reply.status === 429 || reply.status >= 500 ? retryAfterMs(reply.headers['retry-after'], Date.now()) : undefined
  return after === undefined ? new ProblemError(problem) : new RetryAfterError([problem], after)
}

/** Registries pass the error of their disk on: its number, or its text. */
function isDiskFull({ body }: Response): boolean {
  return /"Err":28\b|no space left on device|disk quota exceeded/i.test(body.toString('utf8'))
}

/** The registry's error code, `MANIFEST_UNKNOWN`; undefined when the body is not a registry's JSON. */
export function errorCode({ body }: Response): string | undefined {
  try {
    const code = (JSON.parse(body.toString('utf8')) as { errors?: { code?: unknown }[] }).errors?.[0]?.code
    return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

export const caFileProblem = (host: string, path: string) =>
  new ProblemError(
    problem(
      'ca-file',
      `The certificates of the registry ${host} cannot be read from ${path}.`,
      `Correct caFile of ${host} under registries in the file.`,
    ),
  )

export const replyTooLarge = (host: string) => new ProblemError(unreadableManifest(host, 'The response is larger than any manifest.'))
