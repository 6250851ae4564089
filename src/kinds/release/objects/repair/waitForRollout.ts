import { ProblemError } from '../../../../values/problem.ts'
import type { LiveObject } from '../../../../world/ports/cluster.ts'
import type { ApplyContext } from '../../../kind.ts'
import { DEPLOYMENT, isRolledOut, podProgress } from '../../waiting/rolloutStatus.ts'
import { objectKey } from '../manifest.ts'
import type { ObservedObjects } from '../observe/observeObjects.ts'

const POLL_MS = 500

/** Waits, as helm does after an upgrade, until the Deployments among these objects run what they now declare. */
export async function waitForRollout(
  { clock, emit, signal, world }: ApplyContext,
  keys: readonly string[],
  observed: ObservedObjects,
  timeoutSeconds: number,
): Promise<void> {
  const deployments = keys.flatMap((key) => observed.live.get(key) ?? []).filter(({ kind }) => kind === 'Deployment')
  const [first] = deployments
  if (first === undefined) return
  const { namespace } = first
  const waitedFor = new Set(deployments.map((deployment) => objectKey(deployment, namespace)))
  const emitProgress = podProgress(emit)
  const deadline = clock.monotonic() + timeoutSeconds * 1000
  for (;;) {
    const read = await world.cluster.objects(DEPLOYMENT, namespace, [])
    if (read.is === 'unknown') throw new ProblemError(read.why)
    const live = (read.is === 'present' ? read.value : []).filter((deployment) => waitedFor.has(objectKey(deployment, namespace)))
    const pending = live.filter((deployment) => !isRolledOut(deployment))
    if (pending.length === 0) return
    if (clock.monotonic() >= deadline) throw new ProblemError(notRolledOut(pending, timeoutSeconds))
    emitProgress(live)
    await clock.sleep(POLL_MS, signal)
  }
}

function notRolledOut(pending: readonly LiveObject[], seconds: number) {
  const names = pending.map(({ name }) => name).join(', ')
  return {
    code: 'release/not-rolled-out',
    summary: `The pods of ${names} were not all ready within ${seconds} s.`,
    remedy: `Check them: kubectl describe deployment ${names}, kubectl get events. Then run groundcrew apply again.`,
  }
}
