import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Description, Login } from '../description.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import type { ServerSpec } from '../server.ts'
import { registryConfiguration, registryServer, writeUsers } from './dockerRegistry.ts'
import { writeTokenLife } from './tokenLife.ts'
import type { TokenServerSettings } from './tokenServer.ts'

/** `plain`: http with basic authentication. `token`: https with bearer tokens of a token server. */
export type ExtraRegistry = 'plain' | 'token'

const service = 'lab registry'
const issuer = 'lab token server'
const tokenServerProgram = fileURLToPath(new URL('tokenServer.ts', import.meta.url))

export const extraHost = ({ ports }: Description, name: ExtraRegistry): string =>
  `127.0.0.1:${name === 'plain' ? ports.plainRegistry : ports.tokenRegistry}`

// A host name: crane rejects a loopback address as realm, unless it is the registry's own.
export const tokenRealm = ({ ports }: Description): string => `https://localhost:${ports.tokenServer}/token`

/** The requested registries, with their logins. */
export const extraRegistries = (description: Description): [ExtraRegistry, Login][] =>
  Object.entries(description.extraRegistries) as [ExtraRegistry, Login][]

export async function writeExtraRegistryFiles(description: Description): Promise<void> {
  const { plain, token } = description.extraRegistries
  await Promise.all([plain && writePlain(description, plain), token && writeToken(description, token)])
}

/** The servers of the requested registries: `plain-registry`, `token-registry`, `token-server`. */
export function extraServers(description: Description, ca: string): ServerSpec[] {
  const { plain, token } = description.extraRegistries
  return [
    ...(plain ? [plainRegistry(description, plain)] : []),
    ...(token ? [tokenServer(description, ca), tokenRegistry(description, ca)] : []),
  ]
}

async function writePlain(description: Description, login: Login): Promise<void> {
  const files = layout(description.dir)
  const auth = { htpasswd: { realm: 'lab', path: files.registryUsers('plain-registry') } }
  await Promise.all([
    writePrivate(
      files.registryConfig('plain-registry'),
      registryConfiguration(description, 'plain-registry', { addr: extraHost(description, 'plain'), auth }),
    ),
    writeUsers(description, 'plain-registry', login),
  ])
}

async function writeToken(description: Description, login: Login): Promise<void> {
  const files = layout(description.dir)
  const tls = { certificate: files.serverCertificate, key: files.serverKey }
  const auth = { token: { realm: tokenRealm(description), service, issuer, rootcertbundle: files.ca } }
  const settings: TokenServerSettings = {
    port: description.ports.tokenServer,
    ...tls,
    service,
    issuer,
    life: files.tokenLife,
    login,
  }
  await Promise.all([
    writePrivate(
      files.registryConfig('token-registry'),
      registryConfiguration(description, 'token-registry', { addr: extraHost(description, 'token'), tls, auth }),
    ),
    writePrivate(files.tokenServer, JSON.stringify(settings)),
    writeTokenLife(description, {}),
  ])
}

function plainRegistry(description: Description, { username, password }: Login): ServerSpec {
  const ready = async () => (await plainStatus(`http://${extraHost(description, 'plain')}/v2/`, `${username}:${password}`)) === 200
  return registryServer(description, 'plain-registry', ready)
}

function tokenRegistry(description: Description, ca: string): ServerSpec {
  return registryServer(
    description,
    'token-registry',
    async () => (await httpsRequest({ url: `https://${extraHost(description, 'token')}/v2/`, ca })).status === 401,
  )
}

function tokenServer(description: Description, ca: string): ServerSpec {
  const files = layout(description.dir)
  return {
    name: 'token-server',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', tokenServerProgram, files.tokenServer],
    log: files.log('token-server'),
    ready: async () => (await httpsRequest({ url: tokenRealm(description), ca })).status === 401,
  }
}

function plainStatus(url: string, auth: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { auth, agent: false, timeout: 5000 }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent
      .on('timeout', () => sent.destroy(new Error('timed out')))
      .on('error', reject)
      .end()
  })
}
