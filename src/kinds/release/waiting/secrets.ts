import type { Installation } from '../../../installation/installation.ts'
import { guideVariables, READERS, SECRET_NAMES } from '../../../installation/spacelift.ts'
import type { Sealed } from '../../../values/sealed.ts'
import type { ClusterReads, RawObject } from '../../../world/ports/cluster.ts'
import { listAt, mapAt, type PendingRollout, textAt } from './pendingRollouts.ts'

/** What the containers of these pods know and nobody else may; undefined where it cannot be read, and so cannot be hidden. */
export async function secretsOf(
  cluster: ClusterReads,
  it: Installation,
  late: readonly PendingRollout[],
): Promise<readonly Sealed[] | undefined> {
  const { namespace } = it.kubernetes
  const names = new Set(late.flatMap(({ pods }) => pods.flatMap(({ raw }) => namesIn(raw))))
  const reads = await Promise.all([...names].map(async (name) => [name, await cluster.secret(namespace, name)] as const))
  if (reads.some(([, read]) => read.is === 'unknown')) return undefined
  return reads.flatMap(([name, read]) => {
    if (read.is !== 'present') return []
    const plain = plainKeys(it, name)
    return [...read.value.data].flatMap(([key, value]) => (plain.has(key) ? [] : [value]))
  })
}

/** Host names, buckets and the like stand in the file for everybody to read. */
function plainKeys(it: Installation, secret: string): ReadonlySet<string> {
  const reader = READERS.find((one) => SECRET_NAMES[one] === secret)
  const variables = reader === undefined ? [] : [...guideVariables(it, reader)]
  return new Set(variables.flatMap(([key, value]) => ('plain' in value ? [key] : [])))
}

function namesIn(pod: RawObject): string[] {
  const spec = mapAt(pod, 'spec')
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]
  const whole = containers.flatMap((one) => listAt(one, 'envFrom').map((from) => textAt(mapAt(from, 'secretRef'), 'name')))
  const single = containers.flatMap((one) =>
    listAt(one, 'env').map(({ valueFrom }) => textAt(mapAt({ ...(valueFrom as RawObject) }, 'secretKeyRef'), 'name')),
  )
  const mounted = listAt(spec, 'volumes').map((one) => textAt(mapAt(one, 'secret'), 'secretName'))
  return [...whole, ...single, ...mounted].filter((name) => name !== '')
}
