import type { Installation } from '../../../installation/installation.ts'
import { mask } from '../../../values/mask.ts'
import type { ClusterReads } from '../../../world/ports/cluster.ts'
import { pendingRollouts } from './pendingRollouts.ts'
import { isFailure, podFailureReasons } from './reasons.ts'
import { secretsOf } from './secrets.ts'
import { stripControls } from './stripControls.ts'

/** What keeps the pods of a release from being ready and does not pass by itself, one sentence for each Deployment and reason. */
export async function podFailures(cluster: ClusterReads, installation: Installation): Promise<readonly string[]> {
  const release = { name: installation.release.name, namespace: installation.kubernetes.namespace }
  const rollouts = await pendingRollouts(cluster, release)
  const failures = rollouts.flatMap((rollout) =>
    podFailureReasons(rollout, [])
      .filter(isFailure)
      .map(({ reason, message }) => [`${rollout.name}: ${reason}`, message] as const),
  )
  if (failures.length === 0) return []
  const secrets = await secretsOf(cluster, installation, rollouts)
  // Messages differ from pod to pod; the first is enough.
  const distinct = new Map(failures.toReversed())
  return [...distinct].map(([failure, message]) =>
    message === '' || secrets === undefined ? failure : stripControls(mask(`${failure}: ${message}`, secrets)),
  )
}
