import type { Resolved } from '../installation/installation.ts'
import type { Sealed } from '../values/sealed.ts'
import { Helm } from '../world/helm/helm.ts'
import { Api } from '../world/kubernetes/api.ts'
import { Cluster } from '../world/kubernetes/cluster.ts'
import { ClusterLeases } from '../world/kubernetes/leases.ts'
import type { Leases } from '../world/ports/leases.ts'
import type { World } from '../world/ports.ts'
import { openRegistries } from '../world/registry/registry.ts'
import { connectObjectStore } from '../world/s3/objectStore.ts'
import type { Endpoints } from './endpoints.ts'
import type { Host } from './host.ts'

/** The file and the opened credentials of the servers. */
export type ConnectionInputs = Pick<Resolved, 'installation' | 'secrets'>

export type Connected = AsyncDisposable & { readonly world: World; readonly leases: Leases }

/** Connects to all servers of an installation, lazily: no request is sent yet. `env`: helm's environment. */
export function connectWorld(
  host: Host,
  inputs: ConnectionInputs,
  { cluster, objectStoreCa }: Endpoints,
  env: Readonly<Record<string, string>>,
): Connected {
  const store = objectStoreOf(inputs, objectStoreCa)
  // Loading the library takes longer than the first requests to the cluster: it starts now.
  void store.preload()
  const api = new Api(cluster)
  const registry = openRegistries(inputs, { env: host.env, home: host.home, processes: host.processes })
  const world: World = {
    cluster: new Cluster(api),
    objectStore: store,
    registry,
    helm: new Helm({ env, kubeconfig: cluster.kubeconfig }),
  }
  const close = async () => {
    api.close()
    registry.close()
    store.close()
  }
  return { world, leases: new ClusterLeases(api), [Symbol.asyncDispose]: close }
}

function objectStoreOf({ installation, secrets }: ConnectionInputs, ca: string | undefined) {
  const { endpoint, region, admin } = installation.objectStorage
  const secret = (pointer: string) => secrets.get(pointer) as Sealed
  return connectObjectStore({
    endpoint,
    region,
    accessKey: secret(admin.accessKey.at),
    secretKey: secret(admin.secretKey.at),
    ...(ca && { ca }),
  })
}
