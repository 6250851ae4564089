import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import type { Lab } from '../lab.ts'
import { layout } from '../layout.ts'
import { extraHost } from '../servers/extraRegistries.ts'
import { minioUrl } from '../servers/minio.ts'
import { registryHost } from '../servers/registry.ts'
import { FaultProxy } from './proxy.ts'

/** The servers of a lab that a fault proxy supports. */
export type ProxiedServer = 'registry' | 'plain-registry' | 'token-registry' | 'minio' | 'apiserver'

/**
 * A fault proxy in front of one server of a lab, with the lab's own certificate: clients that trust the lab's CA trust it.
 * Clients use the server's logins; those of the API server need no certificate, because the proxy presents lab-admin's.
 */
export async function faultProxy(lab: Lab, server: ProxiedServer): Promise<FaultProxy> {
  const files = layout(lab.dir)
  if (server === 'plain-registry') return FaultProxy.start({ target: `http://${extraHost(lab.description, 'plain')}` })
  const [ca, cert, key] = await Promise.all([files.ca, files.serverCertificate, files.serverKey].map((path) => readFile(path, 'utf8')))
  const common = { ca: ca ?? '', tls: { cert: cert ?? '', key: key ?? '' } }
  return FaultProxy.start({
    target: targetOf(lab, server),
    ...common,
    ...(server === 'apiserver' && { client: await adminCertificate(lab) }),
  })
}

function targetOf({ description }: Lab, server: Exclude<ProxiedServer, 'plain-registry'>): string {
  if (server === 'minio') return minioUrl(description)
  if (server === 'apiserver') return `https://127.0.0.1:${description.ports.apiserver}`
  return `https://${server === 'registry' ? registryHost(description) : extraHost(description, 'token')}`
}

async function adminCertificate(lab: Lab): Promise<{ cert: string; key: string }> {
  type Kubeconfig = { users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }] }
  const { users } = parse(await readFile(layout(lab.dir).kubeconfig, 'utf8')) as Kubeconfig
  const decode = (text: string): string => Buffer.from(text, 'base64').toString()
  return { cert: decode(users[0].user['client-certificate-data']), key: decode(users[0].user['client-key-data']) }
}
