import { join } from 'node:path'
import type { Description } from '../description.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'
import { registryConfiguration, registryServer, writeUsers } from './dockerRegistry.ts'
import { extraHost, extraRegistries } from './extraRegistries.ts'

export const registryHost = ({ ports }: Description): string => `127.0.0.1:${ports.registry}`

/** Writes the registry's configuration and users, and a docker configuration with the logins of all registries of the lab. */
export async function writeRegistryFiles(description: Description): Promise<void> {
  const files = layout(description.dir)
  await Promise.all([
    writePrivate(files.registryConfig('registry'), configuration(description)),
    writeUsers(description, 'registry', description.registry),
    writePrivate(join(files.dockerConfig, 'config.json'), JSON.stringify({ auths: auths(description) }, undefined, 2)),
  ])
}

/** The default registry: https with basic authentication. */
export function registry(description: Description, ca: string): ServerSpec {
  const auth = `${description.registry.username}:${description.registry.password}`
  const ready = async () => (await httpsRequest({ url: `https://${registryHost(description)}/v2/`, ca, auth })).status === 200
  return registryServer(description, 'registry', ready)
}

function configuration(description: Description): string {
  const files = layout(description.dir)
  return registryConfiguration(description, 'registry', {
    addr: registryHost(description),
    tls: { certificate: files.serverCertificate, key: files.serverKey },
    auth: { htpasswd: { realm: 'lab', path: files.registryUsers('registry') } },
  })
}

function auths(description: Description): object {
  const logins = [
    [registryHost(description), description.registry] as const,
    ...extraRegistries(description).map(([name, login]) => [extraHost(description, name), login] as const),
  ]
  return Object.fromEntries(
    logins.map(([host, { username, password }]) => [host, { auth: Buffer.from(`${username}:${password}`).toString('base64') }]),
  )
}
