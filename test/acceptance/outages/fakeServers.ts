import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { newAuthority } from '../../../scripts/lab/certificates.ts'
import type { LabInstallation } from '../support/installation.ts'

/** `ca`: its certificate authority as base64, for a kubeconfig. */
export type FakeServer = { url: string; host: string; caFile: string; ca: string; close(): Promise<void> }

/** Finishes the TLS handshake, reads the request and never responds. */
export const muteServer = (installation: LabInstallation): Promise<FakeServer> => start(installation, 'mute', () => undefined)

/** A registry that accepts the credentials and denies everything, as the distribution specification has it. */
export const denyingRegistry = (installation: LabInstallation): Promise<FakeServer> =>
  start(installation, 'denied', (request, response) => {
    const isPing = request.url === '/v2/'
    response.writeHead(isPing ? 200 : 403, { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' })
    response.end(isPing ? '{}' : JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] }))
  })

async function start(installation: LabInstallation, name: string, listener: RequestListener): Promise<FakeServer> {
  const authority = await newAuthority(`accept ${name}`)
  const { certificate, key } = await authority.server({ dns: ['localhost'], ip: ['127.0.0.1'] })
  const server = createServer({ cert: certificate, key }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  const caFile = await installation.write(`${name}-${port}.pem`, authority.certificate)
  return { url: `https://${host}`, host, caFile, ca: Buffer.from(authority.certificate).toString('base64'), close: () => close(server) }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
