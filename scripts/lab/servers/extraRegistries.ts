import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { ask } from '../ask.ts'
import type { Description, Login } from '../description.ts'
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

// By name: crane refuses a realm that is a loopback address, unless it is the registry's own.
export const tokenRealm = ({ ports }: Description): string => `https://localhost:${ports.tokenServer}/token`

/** Those that were asked for, with their logins. */
export const extraRegistries = (it: Description): [ExtraRegistry, Login][] => Object.entries(it.extraRegistries) as [ExtraRegistry, Login][]

export async function writeExtraRegistryFiles(it: Description): Promise<void> {
  const { plain, token } = it.extraRegistries
  await Promise.all([plain && writePlain(it, plain), token && writeToken(it, token)])
}

/** The servers of the registries that were asked for: `plain-registry`, `token-registry`, `token-server`. */
export function extraServers(it: Description, ca: string): ServerSpec[] {
  const { plain, token } = it.extraRegistries
  return [...(plain ? [plainRegistry(it, plain)] : []), ...(token ? [tokenServer(it, ca), tokenRegistry(it, ca)] : [])]
}

async function writePlain(it: Description, login: Login): Promise<void> {
  const files = layout(it.dir)
  const auth = { htpasswd: { realm: 'lab', path: files.registryUsers('plain-registry') } }
  await Promise.all([
    writePrivate(
      files.registryConfig('plain-registry'),
      registryConfiguration(it, 'plain-registry', { addr: extraHost(it, 'plain'), auth }),
    ),
    writeUsers(it, 'plain-registry', login),
  ])
}

async function writeToken(it: Description, login: Login): Promise<void> {
  const files = layout(it.dir)
  const tls = { certificate: files.serverCertificate, key: files.serverKey }
  const auth = { token: { realm: tokenRealm(it), service, issuer, rootcertbundle: files.ca } }
  const settings: TokenServerSettings = {
    port: it.ports.tokenServer,
    ...tls,
    service,
    issuer,
    life: files.tokenLife,
    login,
  }
  await Promise.all([
    writePrivate(
      files.registryConfig('token-registry'),
      registryConfiguration(it, 'token-registry', { addr: extraHost(it, 'token'), tls, auth }),
    ),
    writePrivate(files.tokenServer, JSON.stringify(settings)),
    writeTokenLife(it, {}),
  ])
}

function plainRegistry(it: Description, { username, password }: Login): ServerSpec {
  const ready = async () => (await plainStatus(`http://${extraHost(it, 'plain')}/v2/`, `${username}:${password}`)) === 200
  return registryServer(it, 'plain-registry', ready)
}

function tokenRegistry(it: Description, ca: string): ServerSpec {
  return registryServer(it, 'token-registry', async () => (await ask({ url: `https://${extraHost(it, 'token')}/v2/`, ca })).status === 401)
}

function tokenServer(it: Description, ca: string): ServerSpec {
  const files = layout(it.dir)
  return {
    name: 'token-server',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', tokenServerProgram, files.tokenServer],
    log: files.log('token-server'),
    ready: async () => (await ask({ url: tokenRealm(it), ca })).status === 401,
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
