import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { expectExit, type LabInstallation } from '../../../test/acceptance/support/installation.ts'
import type { Command } from '../../../test/acceptance/support/run.ts'
import type { Recorded, RecordedRequest } from '../../lab/index.ts'
import { signHeaders } from './signature.ts'

/** The input of probe.cjs. */
type ProbedServer = {
  url: string
  ca: string
  cert?: string
  key?: string
  requests: { method: string; path: string; headers: Record<string, string> }[]
}

type Plan = { readonly file: string; readonly env?: Record<string, string> }

/** The requests of one plan of this installation. */
export async function recordPlanRequests(installation: LabInstallation, { file, env }: Plan = installation): Promise<Recorded> {
  const plan = async () => expectExit(await installation.groundcrew(['plan', '-f', file], { ...(env && { env }) }), 0)
  await plan()
  const stop = await installation.lab.record()
  await plan()
  return stop()
}

/**
 * A bare Node process that sends the same requests. They are signed beforehand: signing is part of groundcrew's cost.
 * `redirect`: replaces the URLs of the servers.
 */
export async function bareProbe(
  installation: LabInstallation,
  { kubernetes, minio, registry }: Recorded,
  redirect = (url: string) => url,
): Promise<Command> {
  const { REGISTRY = '', REGISTRY_CA = '' } = installation.lab.env
  const endpoint = redirect(installation.lab.env.MINIO_ENDPOINT ?? '')
  const api = await clusterAccess(installation)
  const { username, password } = installation.lab.description.registry
  const ca = await readFile(REGISTRY_CA, 'utf8')
  const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, accept: manifestTypes }
  const root = installation.lab.description.minio
  const servers: ProbedServer[] = [
    {
      ...api,
      url: redirect(api.url),
      requests: kubernetes.map(({ path }) => ({ method: 'GET', path, headers: { accept: 'application/json' } })),
    },
    { url: endpoint, ca, requests: minio.map((request) => signedRequest(request, endpoint, root)) },
    {
      url: redirect(`https://${REGISTRY}`),
      ca,
      requests: registry.filter(({ status }) => status !== 401).map(({ method, path }) => ({ method, path, headers: basic })),
    },
  ]
  const probe = fileURLToPath(new URL('probe.cjs', import.meta.url))
  return [process.execPath, probe, await installation.write('probe.json', JSON.stringify(servers))]
}

const manifestTypes = ['vnd.docker.distribution.manifest.v2', 'vnd.oci.image.manifest.v1']
  .map((type) => `application/${type}+json`)
  .join(', ')

function signedRequest({ method, path }: RecordedRequest, endpoint: string, root: { username: string; password: string }) {
  return { method, path, headers: signHeaders(method, new URL(path, endpoint), root.username, root.password) }
}

async function clusterAccess(installation: LabInstallation): Promise<Omit<ProbedServer, 'requests'>> {
  type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] }
  const { clusters, users } = parse(await readFile(installation.lab.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString()
  const [{ cluster }, { user }] = [clusters[0], users[0]]
  const [ca, cert, key] = [cluster['certificate-authority-data'], user['client-certificate-data'], user['client-key-data']].map(decode)
  return { url: cluster.server ?? '', ca: ca ?? '', cert: cert ?? '', key: key ?? '' }
}
