/** One request to a server of the lab. */
export type RecordedRequest = {
  /** GET, PUT, ...; for Kubernetes its verbs: get, list, watch, create, update, patch, delete. */
  method: string
  /** With the query, if any. */
  path: string
  status: number
  userAgent: string
  /** The user, if the server records it. In Kubernetes, requests with the lab's KUBECONFIG have `lab-admin`. */
  user?: string
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS', 'get', 'list', 'watch'])

/** The requests that could have changed something, judged by their method. */
export const writes = (requests: RecordedRequest[]): RecordedRequest[] => requests.filter(({ method }) => !reads.has(method))
