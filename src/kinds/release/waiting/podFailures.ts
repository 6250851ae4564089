import type { Installation } from '../../../installation/installation.ts'
import { mask } from '../../../values/mask.ts'
import type { ClusterReads } from '../../../world/ports/cluster.ts'
import { pendingRollouts } from './pendingRollouts.ts'
import { isTrouble, reasonsOf } from './reasons.ts'
import { secretsOf } from './secrets.ts'
import { stripControls } from './stripControls.ts'

/** What keeps the pods of a release from being ready and does not go away by itself, one sentence for each Deployment and reason. */
export async function podFailures(cluster: ClusterReads, it: Installation): Promise<readonly string[]> {
  const late = await pendingRollouts(cluster, { name: it.release.name, namespace: it.kubernetes.namespace })
  const found = late.flatMap((one) =>
    reasonsOf(one, [])
      .filter(isTrouble)
      .map(({ reason, words }) => [`${one.name}: ${reason}`, words] as const),
  )
  if (found.length === 0) return []
  const secrets = await secretsOf(cluster, it, late)
  // The words differ from pod to pod; once is enough.
  const distinct = new Map(found.toReversed())
  return [...distinct].map(([what, words]) =>
    words === '' || secrets === undefined ? what : stripControls(mask(`${what}: ${words}`, secrets)),
  )
}
