import type { HelmTarget } from '../../world/ports/helm.ts'
import type { ApplyContext } from '../kind.ts'
import type { Seen } from './facts.ts'

/**
 * Helm refuses to upgrade these; `superseded` is the newest when somebody deleted the record above it. What was uninstalled
 * with its history kept helm would install anew, but from the tenth revision on it overlooks that it was uninstalled.
 */
const STUCK = /^(pending-|(superseded|uninstalled)$)/

/**
 * Brings a release whose last helm died back to where an upgrade is accepted: forward only. Its record is marked failed;
 * an uninstall that was begun is finished first. Never a rollback, never an uninstall of what runs.
 */
export async function recover(work: ApplyContext, it: HelmTarget, seen: Seen, timeoutSeconds: number): Promise<void> {
  if (seen.is !== 'present') return
  const { record } = seen.evidence
  if (STUCK.test(record.status)) {
    work.emit({ message: `the release is ${record.status}: its record is marked failed, then upgraded` })
    await work.assertLockHeld()
    await work.world.cluster.markReleaseFailed(record, `marked failed by groundcrew: it was ${record.status}`)
  }
  if (record.status === 'uninstalling') {
    work.emit({ message: 'an uninstall was begun and never ended: it is finished, then the release is installed' })
    await work.assertLockHeld()
    await work.world.helm.uninstall({
      release: it.release,
      namespace: it.namespace,
      timeoutSeconds,
      registerChild: work.registerChild,
      signal: work.signal,
    })
  }
}
