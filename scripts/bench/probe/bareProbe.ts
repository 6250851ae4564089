import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { expectExit, type LabInstallation } from '../../../test/acceptance/support/installation.ts'
import type { Command } from '../../../test/acceptance/support/run.ts'
import type { Recorded, SeenRequest } from '../../lab/index.ts'
import { signed } from './signature.ts'

/** As probe.cjs reads it. */
type ProbedServer = {
  url: string
  ca: string
  cert?: string
  key?: string
  requests: { method: string; path: string; headers: Record<string, string> }[]
}

type Plan = { readonly file: string; readonly env?: Record<string, string> }

/** What the servers were asked for by one plan of this site. */
export async function requestsOfAPlan(site: LabInstallation, { file, env }: Plan = site): Promise<Recorded> {
  const plan = async () => expectExit(await site.groundcrew(['plan', '-f', file], { ...(env && { env }) }), 0)
  await plan()
  const stop = await site.lab.record()
  await plan()
  return stop()
}

/**
 * A bare Node process that makes the same requests. They are signed beforehand: that is our cost, not the probe's.
 * `moved`: where a server of the site is asked instead.
 */
export async function bareProbe(
  site: LabInstallation,
  { kubernetes, minio, registry }: Recorded,
  moved = (url: string) => url,
): Promise<Command> {
  const { REGISTRY = '', REGISTRY_CA = '' } = site.lab.env
  const endpoint = moved(site.lab.env.MINIO_ENDPOINT ?? '')
  const api = await cluster(site)
  const { username, password } = site.lab.description.registry
  const ca = await readFile(REGISTRY_CA, 'utf8')
  const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, accept: manifestTypes }
  const root = site.lab.description.minio
  const servers: ProbedServer[] = [
    {
      ...api,
      url: moved(api.url),
      requests: kubernetes.map(({ path }) => ({ method: 'GET', path, headers: { accept: 'application/json' } })),
    },
    { url: endpoint, ca, requests: minio.map((it) => signedRequest(it, endpoint, root)) },
    {
      url: moved(`https://${REGISTRY}`),
      ca,
      requests: registry.filter(({ status }) => status !== 401).map(({ method, path }) => ({ method, path, headers: basic })),
    },
  ]
  const probe = fileURLToPath(new URL('probe.cjs', import.meta.url))
  return [process.execPath, probe, await site.write('probe.json', JSON.stringify(servers))]
}

const manifestTypes = ['vnd.docker.distribution.manifest.v2', 'vnd.oci.image.manifest.v1']
  .map((type) => `application/${type}+json`)
  .join(', ')

function signedRequest({ method, path }: SeenRequest, endpoint: string, root: { username: string; password: string }) {
  return { method, path, headers: signed(method, new URL(path, endpoint), root.username, root.password) }
}

async function cluster(site: LabInstallation): Promise<Omit<ProbedServer, 'requests'>> {
  type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] }
  const { clusters, users } = parse(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString()
  const [{ cluster: it }, { user }] = [clusters[0], users[0]]
  const [ca, cert, key] = [it['certificate-authority-data'], user['client-certificate-data'], user['client-key-data']].map(decode)
  return { url: it.server ?? '', ca: ca ?? '', cert: cert ?? '', key: key ?? '' }
}
