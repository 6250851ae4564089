/** One request that a server of the lab has seen and answered. */
export type SeenRequest = {
  /** As the server names it: GET or PUT; Kubernetes' verbs: get, list, watch, create, update, patch, delete. */
  method: string
  /** With the query, if there is one. */
  path: string
  status: number
  userAgent: string
  /** Who asked, where the server knows it. In Kubernetes `lab-admin` is whoever uses the lab's KUBECONFIG. */
  user?: string
}

const reads = new Set(['GET', 'HEAD', 'OPTIONS', 'get', 'list', 'watch'])

/** Those that could have changed something, by their method alone. */
export const writes = (requests: SeenRequest[]): SeenRequest[] => requests.filter(({ method }) => !reads.has(method))
