import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Endpoint } from '../http/httpClient.ts'
import { type Kubeconfig, type KubeconfigQuestion, type Named, readKubeconfig } from './kubeconfig.ts'

export type Connection = {
  readonly endpoint: Endpoint
  /** Of the Authorization header, where the user has a token. Asked before each request: some expire. */
  readonly token: () => Promise<Sealed | undefined>
  /** What helm is given; undefined inside a cluster, where it finds its own way. */
  readonly kubeconfig: { readonly files: readonly string[]; readonly context: string } | undefined
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Finds the API server and how to show who we are. Certificates and tokens are read directly; client-node, which is
 * heavy, is loaded only for what needs it (exec plugins, OIDC). Throws a ProblemError.
 */
export async function connect(question: KubeconfigQuestion): Promise<Connection> {
  if (isInCluster(question)) return inCluster(question)
  const config = await readKubeconfig(question)
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
      summary: 'The server of this context is no URL.',
      remedy: 'Mend its cluster in the kubeconfig: kubectl config view.',
    })
  return { url: new URL(server), name: 'the API server', code: 'cluster', ...tls }
}

async function pem(from: Named, name: string): Promise<string | undefined> {
  const data = from[`${name}-data`]
  if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64').toString('utf8')
  const file = from[name]
  return typeof file === 'string' && file !== '' ? readReferenced(file) : undefined
}

/** TLS would fail with the words of its library, as if the server had done something wrong. */
function checkPem(context: string, { ca, cert, key }: { readonly [name: string]: string | undefined }): void {
  const wrong = [
    ca !== undefined && !isReadable(() => new X509Certificate(ca)) ? 'certificate-authority' : [],
    cert !== undefined && !isReadable(() => new X509Certificate(cert)) ? 'client-certificate' : [],
    key !== undefined && !isReadable(() => createPrivateKey(key)) ? 'client-key' : [],
  ].flat()
  if (wrong.length > 0) throw new ProblemError(notPem(context, wrong))
}

function isReadable(read: () => unknown): boolean {
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
  // Read each time: a mounted token is replaced while we run.
  if (typeof tokenFile === 'string') return async () => Sealed.of((await readReferenced(tokenFile)).trim())
  return async () => undefined
}

/** Exec plugins and OIDC: client-node knows them, and caches what they answer. */
function externalToken(config: Kubeconfig): Connection['token'] {
  return async () => {
    const { KubeConfig } = await import('@kubernetes/client-node')
    const known = new KubeConfig()
    known.loadFromOptions({
      clusters: [{ name: 'it', server: String(config.cluster.server), skipTLSVerify: false }],
      users: [{ name: 'me', exec: config.user.exec, authProvider: config.user['auth-provider'] }],
      contexts: [{ name: 'here', cluster: 'it', user: 'me' }],
      currentContext: 'here',
    })
    const options: { headers?: Record<string, string> } = { headers: {} }
    await known.applyToHTTPSOptions(options as never).catch(() => {
      throw new ProblemError(noCredentials(config.context))
    })
    const header = options.headers?.Authorization ?? ''
    return header.startsWith('Bearer ') ? Sealed.of(header.slice('Bearer '.length)) : undefined
  }
}

function isInCluster({ kubeconfig, context, env, home }: KubeconfigQuestion): boolean {
  const none = kubeconfig === undefined && context === undefined && !env.KUBECONFIG && !existsSync(join(home, '.kube', 'config'))
  return none && env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(`${SERVICE_ACCOUNT}/token`)
}

async function inCluster({ env }: KubeconfigQuestion): Promise<Connection> {
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
    const summary = `${file}, which the kubeconfig names, cannot be read (${error.code}).`
    throw new ProblemError({ code: 'cluster/kubeconfig-unreadable', summary, remedy: 'Mend its path or its rights: kubectl config view.' })
  })
}

function noProxy(context: string) {
  const summary = `The context ${context} goes through a proxy (proxy-url), which groundcrew does not do yet.`
  return { code: 'cluster/proxy', summary, remedy: 'Run groundcrew where the API server can be reached directly.' }
}

function notPem(context: string, names: readonly string[]) {
  const summary = `The context ${context} has no readable ${names.join(' and no readable ')}: damaged, or not in PEM form.`
  return {
    code: 'cluster/bad-certificate',
    summary,
    remedy: 'Fetch the kubeconfig again, or mend its cluster and user: kubectl config view.',
  }
}

function noCredentials(context: string) {
  const summary = `The credential plugin of the context ${context} gave no credentials.`
  return {
    code: 'cluster/no-credentials',
    summary,
    remedy: 'Try it: kubectl auth whoami. It may have to be installed, or to log in again.',
  }
}
