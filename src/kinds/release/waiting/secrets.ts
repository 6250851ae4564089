import type { Installation } from '../../../installation/installation.ts'
import { guideVariables, READERS, SECRET_NAMES } from '../../../installation/spacelift.ts'
import type { Sealed } from '../../../values/sealed.ts'
import { listAt, textAt } from '../../../values/unstructured.ts'
import type { ClusterReads, RawObject } from '../../../world/ports/cluster.ts'
import type { PendingRollout } from './pendingRollouts.ts'

/** The secret values that the containers of these pods hold; undefined where they cannot be read, and so cannot be masked. */
export async function secretsOf(
  cluster: ClusterReads,
  installation: Installation,
  rollouts: readonly PendingRollout[],
): Promise<readonly Sealed[] | undefined> {
  const { namespace } = installation.kubernetes
  const names = new Set(rollouts.flatMap(({ pods }) => pods.flatMap(({ raw }) => secretNamesIn(raw))))
  const reads = await Promise.all([...names].map(async (name) => [name, await cluster.secret(namespace, name)] as const))
  if (reads.some(([, read]) => read.is === 'unknown')) return undefined
  return reads.flatMap(([name, read]) => {
    if (read.is !== 'present') return []
    const plain = plainKeys(installation, name)
    return [...read.value.data].flatMap(([key, value]) => (plain.has(key) ? [] : [value]))
  })
}

/** Host names, bucket names and the like are in the file in clear text. */
function plainKeys(installation: Installation, secretName: string): ReadonlySet<string> {
  const reader = READERS.find((candidate) => SECRET_NAMES[candidate] === secretName)
  const variables = reader === undefined ? [] : [...guideVariables(installation, reader)]
  return new Set(variables.flatMap(([key, value]) => ('plain' in value ? [key] : [])))
}

function secretNamesIn(pod: RawObject): string[] {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
  const names = [
    ...containers.flatMap((container) => listAt(container, 'envFrom').map((source) => textAt(source, 'secretRef', 'name'))),
    ...containers.flatMap((container) => listAt(container, 'env').map((variable) => textAt(variable, 'valueFrom', 'secretKeyRef', 'name'))),
    ...listAt(pod, 'spec', 'volumes').map((volume) => textAt(volume, 'secret', 'secretName')),
  ]
  return names.filter((name) => name !== '')
}
