import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { newAuthority } from '../../../scripts/lab/certificates.ts'
import type { LabInstallation } from '../support/installation.ts'

export type Played = { url: string; host: string; caFile: string; ca: string; close(): Promise<void> }

/** Finishes the TLS handshake, takes the request and never answers. */
export const muteListener = (site: LabInstallation): Promise<Played> => play(site, 'mute', () => undefined)

/** A registry that knows who asks and lets him do nothing, in the words of the distribution specification. */
export const deniedRegistry = (site: LabInstallation): Promise<Played> =>
  play(site, 'denied', (request, response) => {
    const isPing = request.url === '/v2/'
    response.writeHead(isPing ? 200 : 403, { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' })
    response.end(isPing ? '{}' : JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] }))
  })

async function play(site: LabInstallation, name: string, listener: RequestListener): Promise<Played> {
  const authority = await newAuthority(`accept ${name}`)
  const { certificate, key } = await authority.server({ dns: ['localhost'], ip: ['127.0.0.1'] })
  const server = createServer({ cert: certificate, key }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // It may not keep the acceptance run alive.
  server.unref()
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  const caFile = await site.write(`${name}-${port}.pem`, authority.certificate)
  return { url: `https://${host}`, host, caFile, ca: Buffer.from(authority.certificate).toString('base64'), close: () => closed(server) }
}

const closed = (server: Server): Promise<void> => {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
