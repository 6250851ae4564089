import type { HelmTarget } from '../../world/ports/helm.ts'
import type { ApplyContext } from '../kind.ts'
import type { ReleaseObservation } from './facts.ts'

/**
 * Helm refuses to upgrade these. `superseded` is the newest record if the one after it was deleted. Helm would install again
 * what was uninstalled with its history kept, but from the tenth revision on it overlooks that it was uninstalled.
 */
const STUCK = /^(pending-|(superseded|uninstalled)$)/

/**
 * Makes Helm accept an upgrade of a release whose last helm process died. It only goes forward: the record is marked failed,
 * and an uninstall that was started is completed. It never rolls back and never uninstalls a running release.
 */
export async function recover(
  context: ApplyContext,
  { release, namespace }: HelmTarget,
  observed: ReleaseObservation,
  timeoutSeconds: number,
): Promise<void> {
  if (observed.is !== 'present') return
  const { record } = observed.evidence
  if (STUCK.test(record.status)) {
    context.emit({ message: `the release is ${record.status}: its record is marked failed, then upgraded` })
    await context.assertLockHeld()
    await context.world.cluster.markReleaseFailed(record, `marked failed by groundcrew: it was ${record.status}`)
  }
  if (record.status === 'uninstalling') {
    context.emit({ message: 'an uninstall was started and never completed: it is completed, then the release is installed' })
    await context.assertLockHeld()
    const { registerChild, signal } = context
    await context.world.helm.uninstall({ release, namespace, timeoutSeconds, registerChild, signal })
  }
}
