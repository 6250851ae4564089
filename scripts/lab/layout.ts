import { join } from 'node:path'

/** The path of each file of a lab. */
export function layout(dir: string) {
  const at = (...parts: string[]) => join(dir, ...parts)
  return {
    description: at('lab.json'),
    control: at('control.sock'),
    kubeconfig: at('kubeconfig'),
    serversKubeconfig: at('servers-kubeconfig'),
    auditLog: at('audit.log'),
    auditPolicy: at('audit-policy.yaml'),
    stages: at('kwok-stages.yaml'),
    tls: at('tls'),
    ca: at('tls', 'ca.pem'),
    serverCertificate: at('tls', 'server.pem'),
    serverKey: at('tls', 'server-key.pem'),
    serviceAccountKey: at('tls', 'service-account-key.pem'),
    logs: at('logs'),
    log: (server: string) => at('logs', `${server}.log`),
    data: (server: string) => at('data', server),
    minioCertificates: at('minio-certs'),
    registryConfig: (registry: string) => at(`${registry}.yaml`),
    registryUsers: (registry: string) => at(`${registry}-users`),
    tokenServer: at('token-server.json'),
    tokenLife: at('token-life.json'),
    dockerConfig: at('docker'),
    mcConfig: at('mc'),
    install: at('install'),
    desiredState: at('install', 'desired-state.yaml'),
  }
}

export type Layout = ReturnType<typeof layout>
