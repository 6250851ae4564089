import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { type Kubeconfig, type KubeconfigOptions, readKubeconfig, type YamlMap } from './kubeconfig.ts'

export type Connection = {
  readonly endpoint: Endpoint
  /** The token of the Authorization header, if the user has one. Called before each request: some tokens expire. */
  readonly token: () => Promise<Sealed | undefined>
  /** For helm; undefined inside a cluster, where helm connects by itself. */
  readonly kubeconfig: { readonly files: readonly string[]; readonly context: string } | undefined
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Finds the API server and the credentials for it. Certificates and tokens are read directly; client-node, which is slow to
 * load, is loaded only for exec plugins and OIDC. Throws a ProblemError.
 */
export async function connect(options: KubeconfigOptions): Promise<Connection> {
  if (isInCluster(options)) return inCluster(options)
  const config = await readKubeconfig(options)
  const { cluster, user } = config
  const [ca, cert, key] = await Promise.all([
    pem(cluster, 'certificate-authority'),
    pem(user, 'client-certificate'),
    pem(user, 'client-key'),
  ])
  checkPem(config.context, { ca, cert, key })
  const endpoint = endpointOf(String(cluster.server), {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(typeof cluster['tls-server-name'] === 'string' && { tlsServerName: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true && { skipTlsVerify: true }),
  })
  if (cluster['proxy-url'] !== undefined) throw new ProblemError(noProxy(config.context))
  return { endpoint, token: tokenOf(config), kubeconfig: { files: config.files, context: config.context } }
}

function endpointOf(server: string, tls: Partial<Endpoint>): Endpoint {
  if (!URL.canParse(server))
    throw new ProblemError({
      code: 'cluster/no-server',
      summary: 'The server of this context is not a URL.',
      remedy: 'Correct its cluster in the kubeconfig: kubectl config view',
    })
  return { url: new URL(server), name: 'the API server', code: 'cluster', ...tls }
}

async function pem(section: YamlMap, name: string): Promise<string | undefined> {
  const data = section[`${name}-data`]
  if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8')
  const file = section[name]
  return typeof file === 'string' && file !== '' ? readReferenced(file) : undefined
}

/** Otherwise TLS fails with its library's message, as if the server had caused it. */
function checkPem(context: string, { ca, cert, key }: { readonly [name: string]: string | undefined }): void {
  const damaged = [
    ca !== undefined && !isParsable(() => new X509Certificate(ca)) ? 'certificate-authority' : [],
    cert !== undefined && !isParsable(() => new X509Certificate(cert)) ? 'client-certificate' : [],
    key !== undefined && !isParsable(() => createPrivateKey(key)) ? 'client-key' : [],
  ].flat()
  if (damaged.length > 0) throw new ProblemError(notPem(context, damaged))
}

function isParsable(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

function tokenOf(config: Kubeconfig): Connection['token'] {
  const { token, tokenFile, exec } = config.user
  if (exec !== undefined || config.user['auth-provider'] !== undefined) return externalToken(config)
  if (typeof token === 'string' && token !== '') return async () => Sealed.of(token)
  // Read each time: a mounted token is replaced while this process runs.
  if (typeof tokenFile === 'string') return async () => Sealed.of((await readReferenced(tokenFile)).trim())
  return async () => undefined
}

/** Exec plugins and OIDC: client-node runs them and caches their results. */
function externalToken(config: Kubeconfig): Connection['token'] {
  return async () => {
    const { KubeConfig } = await import('@kubernetes/client-node')
    const kubeConfig = new KubeConfig()
    kubeConfig.loadFromOptions({
      clusters: [{ name: 'cluster', server: String(config.cluster.server), skipTLSVerify: false }],
      users: [{ name: 'user', exec: config.user.exec, authProvider: config.user['auth-provider'] }],
      contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
      currentContext: 'context',
    })
    const requestOptions: { headers?: Record<string, string> } = { headers: {} }
    await kubeConfig.applyToHTTPSOptions(requestOptions as never).catch(() => {
      throw new ProblemError(noCredentials(config.context))
    })
    const header = requestOptions.headers?.Authorization ?? ''
    return header.startsWith('Bearer ') ? Sealed.of(header.slice('Bearer '.length)) : undefined
  }
}

function isInCluster({ kubeconfig, context, env, home }: KubeconfigOptions): boolean {
  const noKubeconfig = kubeconfig === undefined && context === undefined && !env.KUBECONFIG && !existsSync(join(home, '.kube', 'config'))
  return noKubeconfig && env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(`${SERVICE_ACCOUNT}/token`)
}

async function inCluster({ env }: KubeconfigOptions): Promise<Connection> {
  const server = `https://${env.KUBERNETES_SERVICE_HOST}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`
  const ca = await readReferenced(`${SERVICE_ACCOUNT}/ca.crt`)
  return {
    endpoint: endpointOf(server, { ca }),
    token: async () => Sealed.of(await readReferenced(`${SERVICE_ACCOUNT}/token`)),
    kubeconfig: undefined,
  }
}

async function readReferenced(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const summary = `${file}, a file that the kubeconfig refers to, cannot be read (${error.code}).`
    throw new ProblemError({
      code: 'cluster/kubeconfig-unreadable',
      summary,
      remedy: 'Correct its path or its permissions: kubectl config view',
    })
  })
}

function noProxy(context: string) {
  const summary = `The context ${context} uses a proxy (proxy-url), which groundcrew does not support.`
  return { code: 'cluster/proxy', summary, remedy: 'Run groundcrew where the API server can be reached directly.' }
}

function notPem(context: string, names: readonly string[]) {
  const summary = `The context ${context} has no readable ${names.join(' and no readable ')}: damaged, or not in PEM format.`
  return {
    code: 'cluster/bad-certificate',
    summary,
    remedy: 'Fetch the kubeconfig again, or correct its cluster and user: kubectl config view',
  }
}

function noCredentials(context: string) {
  const summary = `The credential plugin of the context ${context} returned no credentials.`
  return {
    code: 'cluster/no-credentials',
    summary,
    remedy: 'Test it: kubectl auth whoami. Install the plugin, or log in again.',
  }
}
