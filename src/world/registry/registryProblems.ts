import { type Problem, ProblemError } from '../../values/problem.ts'
import type { Response } from '../http/httpClient.ts'
import { RetryAfterError, retryAfterMs } from '../http/retry.ts'

/** What was asked for, in the words of a sentence: `read spacelift/backend`. */
export type Doing = string

const problem = (code: string, summary: string, remedy: string, detail?: string): Problem => ({
  code: `registry/${code}`,
  summary,
  remedy,
  ...(detail !== undefined && { detail }),
})

const logIn = (host: string) =>
  `Set username and password of ${host} under registries in the file, or run: docker login ${host} (docker’s config.json is read as well).`

export const loginNeeded = (host: string) =>
  problem('login-needed', `The registry ${host} wants a login, and there is none for it.`, logIn(host))

export const wrongPassword = (host: string) =>
  problem('wrong-password', `The registry ${host} does not accept the username and password.`, logIn(host))

export const denied = (host: string, doing: Doing) =>
  problem(
    'denied',
    `The registry ${host} does not allow this login to ${doing}.`,
    'Ask the registry’s administrator for the right to pull and push this repository, or use another login.',
  )

export const lies = (host: string, detail: string) =>
  problem(
    'wrong-digest',
    `The registry ${host} served content that is not what its digest says.`,
    'Look for a broken proxy or cache in front of the registry.',
    detail,
  )

export const unreadableManifest = (host: string, detail: string) =>
  problem(
    'unreadable-manifest',
    `The registry ${host} answered with something that is no image manifest.`,
    'See what is pushed under this tag: skopeo inspect --raw docker://REFERENCE',
    detail,
  )

export const credentialHelper = (host: string, helper: string, detail: string) =>
  problem(
    'credential-helper',
    `The credential helper ${helper} gave no login for ${host}.`,
    `Try it by hand: echo ${host} | ${helper} get. Or set the login under registries in the file.`,
    detail,
  )

export const insecureRealm = (host: string) =>
  problem(
    'insecure-token-server',
    `The registry ${host} sends its logins to a token server without TLS; nothing was sent there.`,
    'Let the registry’s administrator give the token server an https address.',
  )

export const badToken = (host: string, status: number) =>
  problem(
    status >= 500 || status === 429 ? 'token-server-error' : 'no-token',
    `The token server of ${host} gave no token (HTTP ${status}).`,
    'Look at the token server’s log; the login itself was not refused.',
  )

export const leavesHost = (host: string) =>
  problem(
    'redirected',
    `The registry ${host} redirects in circles or in a way that an upload cannot follow.`,
    'Set the host that it redirects to in the file, or mend the proxy in front of it.',
  )

/** A reply that is no success, told by its status and the registry's own error code; its texts are never passed on. */
export function refused({ host, refusesLogin }: { host: string; refusesLogin: boolean }, doing: Doing, reply: Response): Problem {
  const { status, headers } = reply
  const code = errorCode(reply)
  const detail = `The answer was HTTP ${status}${code ? ` ${code}` : ''}.`
  if (status === 403 || code === 'DENIED') return denied(host, doing)
  // A token was given for the login: what is missing is the right.
  if (status === 401) return refusesLogin ? wrongPassword(host) : denied(host, doing)
  if (status === 429) {
    const after = headers['retry-after']
    const wait = after && /^\d{1,6}$/.test(after) ? `in ${after} seconds` : 'later'
    return problem('too-many-requests', `The registry ${host} asks to be left alone for a while.`, `Run the command again ${wait}.`, detail)
  }
  if (status >= 500 && isDiskFull(reply))
    return problem(
      'disk-full',
      `The registry ${host} has no space left on its disk.`,
      'Let the registry’s administrator free or add disk space, then run the command again: it sends only what is missing.',
      detail,
    )
  if (status >= 500)
    return problem(
      'server-error',
      `The registry ${host} failed while it should ${doing}.`,
      'Look at the registry’s log and its disk space, then run the command again.',
      detail,
    )
  if (status === 405 || code === 'UNSUPPORTED')
    return problem(
      'unsupported',
      `The registry ${host} does not allow anyone to ${doing}.`,
      'Let the registry’s administrator enable it, or do it there.',
      detail,
    )
  return problem(
    'unexpected-answer',
    `${host} does not answer as a registry does when asked to ${doing}.`,
    `Check the host in the file: curl -i https://${host}/v2/ should answer 200 or 401 with JSON.`,
    detail,
  )
}

/** The same as an error; one that may pass knows when to come back. */
export function refusal(host: { host: string; refusesLogin: boolean }, doing: Doing, reply: Response): ProblemError {
  const told = refused(host, doing, reply)
  const after = reply.status === 429 || reply.status >= 500 ? retryAfterMs(reply.headers['retry-after'], Date.now()) : undefined
  return after === undefined ? new ProblemError(told) : new RetryAfterError([told], after)
}

/** Registries pass on what their disk said: the number of the error, or its text. */
function isDiskFull({ body }: Response): boolean {
  return /"Err":28\b|no space left on device|disk quota exceeded/i.test(body.toString('utf8'))
}

/** The registry's own code, `MANIFEST_UNKNOWN`; undefined when the answer is not the JSON that registries answer with. */
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

export const oversize = (host: string) => new ProblemError(unreadableManifest(host, 'The answer is larger than any manifest.'))
