import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type FailedRequest = { readonly method: Method; readonly path: string; readonly target: string }

/** The problem of a response that is no success; `origin`: the API server's address. */
export function apiProblem(request: FailedRequest, origin: string, status: number, body: unknown): Problem {
  const reason = isMap(body) && typeof body.reason === 'string' ? body.reason : ''
  if (status === 401) return unauthorized(origin)
  if (status === 403) return forbidden(request, body)
  if (status === 409) return reason === 'Conflict' ? changedMeanwhile(request) : existsAlready(request)
  if (status === 404 && reason === '') return notKubernetes(origin)
  return unexpectedStatus(request, status, reason, messageOf(body))
}

function unauthorized(origin: string): Problem {
  return {
    code: 'cluster/unauthorized',
    summary: `The API server rejected the credentials (401, ${origin}).`,
    remedy: 'Check the user of this context, whose token or certificate may have expired: kubectl auth whoami',
  }
}

function forbidden({ method, path, target }: FailedRequest, body: unknown): Problem {
  if (isTerminating(body))
    return {
      code: 'cluster/namespace-terminating',
      summary: `${capitalized(target)} cannot be created: its namespace is being deleted.`,
      remedy: 'Wait until it is deleted, then apply again. kubectl get namespace -o yaml shows what blocks its deletion.',
    }
  const { verb, resource, namespace } = requiredRight(method, path)
  const scope = namespace === undefined ? '' : ` -n ${namespace}`
  return {
    code: 'cluster/forbidden',
    summary: `This user is not allowed to ${verb} ${target} (403).`,
    remedy: `Grant the right to ${verb} ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}; to check: kubectl auth can-i ${verb} ${resource}${scope}`,
  }
}

function isTerminating(body: unknown): boolean {
  const causes = isMap(body) && isMap(body.details) ? body.details.causes : undefined
  return Array.isArray(causes) && causes.some((cause) => isMap(cause) && cause.reason === 'NamespaceTerminating')
}

const VERBS: { readonly [M in Method]: string } = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** The right that a request needs, derived from its path: `/api/v1/namespaces/N/secrets/NAME`. */
function requiredRight(method: Method, path: string): { verb: string; resource: string; namespace?: string } {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '')
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3)
  const group = parts[0] === 'api' ? '' : `.${parts[1]}`
  const namespaced = rest[0] === 'namespaces' && rest.length > 2
  const [resource = '', name] = namespaced ? rest.slice(2) : rest
  const verb = method === 'GET' && name === undefined ? 'list' : VERBS[method]
  return { verb, resource: `${resource}${group}`, ...(namespaced && { namespace: rest[1] as string }) }
}

function changedMeanwhile({ target }: FailedRequest): Problem {
  return {
    code: 'cluster/changed-meanwhile',
    summary: `${capitalized(target)} was changed by another client since the plan was made.`,
    remedy: 'Plan again and check the difference.',
  }
}

function existsAlready({ target }: FailedRequest): Problem {
  return {
    code: 'cluster/exists',
    summary: `${capitalized(target)} exists already.`,
    remedy: 'Plan again: it was created since the plan was made.',
  }
}

function notKubernetes(origin: string): Problem {
  return {
    code: 'cluster/not-kubernetes',
    summary: `${origin} returned a 404 that is not from a Kubernetes API server.`,
    remedy: 'Check the server of this context in the kubeconfig, and the proxies in front of it.',
  }
}

function unexpectedStatus({ target, method }: FailedRequest, status: number, reason: string, message: string | undefined): Problem {
  return {
    code: 'cluster/error',
    summary: `The API server returned ${status}${reason === '' ? '' : ` ${reason}`} to a request to ${VERBS[method]} ${target}.`,
    ...(message !== undefined && { detail: message }),
    remedy:
      status >= 500 || status === 429
        ? 'Try again; if it happens again, check the API server’s log.'
        : 'Fix the cause that the API server reports, then plan again.',
  }
}

/** Messages about Secrets may quote what was sent. */
function messageOf(body: unknown): string | undefined {
  if (!isMap(body) || typeof body.message !== 'string') return undefined
  return isMap(body.details) && body.details.kind === 'secrets' ? undefined : body.message
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
