import { join } from 'node:path'
import { ask } from '../ask.ts'
import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'
import { registryConfiguration, registryServer, writeUsers } from './dockerRegistry.ts'
import { extraHost, extraRegistries } from './extraRegistries.ts'

export const registryHost = ({ ports }: Description): string => `127.0.0.1:${ports.registry}`

/** The registry's configuration and users, and a docker configuration that is logged in to all registries of the lab. */
export async function writeRegistryFiles(it: Description): Promise<void> {
  const files = layout(it.dir)
  await Promise.all([
    writePrivate(files.registryConfig('registry'), configuration(it)),
    writeUsers(it, 'registry', it.registry),
    writePrivate(join(files.dockerConfig, 'config.json'), JSON.stringify({ auths: auths(it) }, undefined, 2)),
  ])
}

/** The usual one: https with basic authentication. */
export function registry(it: Description, ca: string): ServerSpec {
  const auth = `${it.registry.username}:${it.registry.password}`
  const ready = async () => (await ask({ url: `https://${registryHost(it)}/v2/`, ca, auth })).status === 200
  return registryServer(it, 'registry', ready)
}

function configuration(it: Description): string {
  const files = layout(it.dir)
  return registryConfiguration(it, 'registry', {
    addr: registryHost(it),
    tls: { certificate: files.serverCertificate, key: files.serverKey },
    auth: { htpasswd: { realm: 'lab', path: files.registryUsers('registry') } },
  })
}

function auths(it: Description): object {
  const all = [
    [registryHost(it), it.registry] as const,
    ...extraRegistries(it).map(([name, login]) => [extraHost(it, name), login] as const),
  ]
  return Object.fromEntries(
    all.map(([host, { username, password }]) => [host, { auth: Buffer.from(`${username}:${password}`).toString('base64') }]),
  )
}
