/** A server's address, and its name in problems. */
export type Endpoint = {
  readonly url: URL
  /** `the API server`, `MinIO`, `the registry registry.example.com`. */
  readonly name: string
  /** First part of its problems' codes: `cluster`, `minio`, `registry`. */
  readonly code: string
  /** PEM; the system's authorities when absent. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly tlsServerName?: string
  readonly skipTlsVerify?: boolean
}
