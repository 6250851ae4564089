import { readFile } from 'node:fs/promises'
import type { Installation, Resolved } from '../installation/installation.ts'
import { code } from '../state/fileStore.ts'
import { ProblemError } from '../values/problem.ts'
import type { Sealed } from '../values/sealed.ts'
import { Helm } from '../world/helm/helm.ts'
import { Api } from '../world/kubernetes/api.ts'
import { Cluster } from '../world/kubernetes/cluster.ts'
import { connect } from '../world/kubernetes/connect.ts'
import { ClusterLeases } from '../world/kubernetes/leases.ts'
import type { Leases } from '../world/ports/leases.ts'
import type { World } from '../world/ports.ts'
import { openRegistries } from '../world/registry/registry.ts'
import { connectObjectStore } from '../world/s3/objectStore.ts'
import type { GlobalOptions, Host } from './host.ts'

/** What connecting takes: the file, and the opened logins. */
export type Logins = Pick<Resolved, 'installation' | 'secrets'>

export type Connected = AsyncDisposable & { readonly world: World; readonly leases: Leases }

/** Connects to all servers of an installation, lazily: none is asked yet. Throws a ProblemError for what is wrong on this machine. */
export async function connectWorld(
  host: Host,
  options: GlobalOptions,
  resolved: Logins,
  env: Readonly<Record<string, string>>,
): Promise<Connected> {
  const { installation } = resolved
  const store = await objectStoreOf(resolved)
  // Loading the library takes longer than asking the cluster: it begins now.
  void store.warm()
  const context = options.context ?? installation.kubernetes.context
  const { kubeconfig } = options
  const connection = await connect({
    env: host.env,
    home: host.home,
    cwd: host.cwd,
    ...(kubeconfig && { kubeconfig }),
    ...(context && { context }),
  })
  const api = new Api(connection)
  const registry = openRegistries(resolved, { env: host.env, home: host.home, processes: host.processes })
  const world: World = {
    cluster: new Cluster(api),
    objectStore: store,
    registry,
    helm: new Helm({ env, kubeconfig: connection.kubeconfig }),
  }
  const close = async () => {
    api.close()
    registry.close()
    store.close()
  }
  return { world, leases: new ClusterLeases(api), [Symbol.asyncDispose]: close }
}

async function objectStoreOf({ installation, secrets }: Logins) {
  const { endpoint, region, caFile, admin } = installation.objectStorage
  const ca = caFile === undefined ? undefined : await readCa(caFile, installation)
  const secret = (at: string) => secrets.get(at) as Sealed
  return connectObjectStore({
    endpoint,
    region,
    accessKey: secret(admin.accessKey.at),
    secretKey: secret(admin.secretKey.at),
    ...(ca && { ca }),
  })
}

async function readCa(file: string, { positions }: Installation): Promise<string> {
  const at = positions.get('/objectStorage/caFile')
  const text = await readFile(file, 'utf8').catch((error) => {
    const summary = `The certificates ${file} cannot be read (${code(error)}).`
    throw new ProblemError({
      code: 'file/unreadable',
      summary,
      ...(at && { at }),
      remedy: 'Mend objectStorage.caFile, or the rights of the file.',
    })
  })
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new ProblemError({
    code: 'file/no-certificates',
    summary: `The file ${file} holds no certificate.`,
    ...(at && { at }),
    remedy: 'Name a file with certificates in PEM form in objectStorage.caFile.',
  })
}
