import { stringify } from 'yaml'
import type { Description } from '../description.ts'
import { minioUrl } from '../servers/minio.ts'
import { registryHost } from '../servers/registry.ts'

export const version = 'v3.0.0'

/** The file names of the inputs, relative to the desired state. */
export const inputFiles = {
  archive: `self-hosted-${version}.tar.gz`,
  chart: 'chart',
  ca: 'ca.pem',
  registryUsername: 'registry-username',
  registryPassword: 'registry-password',
  minioAccessKey: 'minio-access-key',
  minioSecretKey: 'minio-secret-key',
  applicationAccessKey: 'application-access-key',
  applicationSecretKey: 'application-secret-key',
  databaseUrl: 'database-url',
  encryptionKey: 'encryption.pem',
  license: 'license.jwt',
  adminPassword: 'admin-password',
} as const

/** A desired-state.yaml for an installation on this lab, as a user would write it. */
export function desiredState(description: Description): string {
  const file = (name: keyof typeof inputFiles) => ({ file: path(name) })
  const registry = registryHost(description)
  return stringify({
    version,
    serverDomain: 'spacelift.example.com',
    kubernetes: { context: description.context, namespace: 'spacelift' },
    registries: { [registry]: { caFile: path('ca'), username: file('registryUsername'), password: file('registryPassword') } },
    images: { archive: path('archive'), backend: `${registry}/spacelift/backend`, launcher: `${registry}/spacelift/launcher` },
    objectStorage: {
      endpoint: minioUrl(description),
      caFile: path('ca'),
      inCluster: { endpoint: 'minio.minio.svc.cluster.local:9000', tls: true, allowInsecure: false },
      uploadsUrl: minioUrl(description),
      admin: { accessKey: file('minioAccessKey'), secretKey: file('minioSecretKey') },
      application: { accessKey: file('applicationAccessKey'), secretKey: file('applicationSecretKey') },
    },
    database: { url: file('databaseUrl') },
    encryption: { rsaPrivateKey: file('encryptionKey') },
    license: { token: file('license') },
    admin: { username: 'admin', password: file('adminPassword') },
    release: { chart: { path: path('chart') }, timeout: '2m' },
  })
}

const path = (name: keyof typeof inputFiles): string => `./${inputFiles[name]}`
