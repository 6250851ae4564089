import { type Problem, ProblemError } from '../../values/problem.ts'
import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { ReadContext } from '../kind.ts'

/** Helm gives up at its timeout; this much later, no process can still be working on a pending record. */
const GRACE_SECONDS = 60

/**
 * Throws while a helm process may still be working on a pending release: another client's, or one on another host. Where the
 * process is known to have ended, or must have timed out, the release is recovered instead.
 */
export function assertNotPending(
  record: ReleaseRecord | undefined,
  timeoutSeconds: number,
  { previousHelmExited, now }: Pick<ReadContext, 'previousHelmExited' | 'now'>,
): void {
  if (record === undefined || !record.status.startsWith('pending-') || previousHelmExited) return
  // Only the server's clock: this host's, or that of the host that ran helm, may be hours off.
  const started = record.startedAt || record.lastDeployed
  const recoverable = new Date(Date.parse(started) + (timeoutSeconds + GRACE_SECONDS) * 1000)
  if ((record.readAt === '' ? now : new Date(record.readAt)) >= recoverable) return
  throw new ProblemError({
    code: 'release/busy',
    summary: `The release has been ${record.status} since ${started}: a helm process may still be running.`,
    remedy: `Wait for it. If it was killed, run groundcrew plan again after ${recoverable.toISOString()} (its timeout plus a minute), which then recovers the release. To see more: helm history ${record.name} -n ${record.namespace}`,
  })
}

export function notAsApplied(address: string): Problem {
  return {
    code: 'release/not-as-applied',
    summary: `helm succeeded, but its record of ${address} is not what groundcrew applied.`,
    remedy: 'Another client may be upgrading it: run groundcrew plan again and check the difference.',
  }
}

export function changedMeanwhile(address: string): Problem {
  return {
    code: 'release/changed-meanwhile',
    summary: `${address} was changed by another client after it was planned.`,
    remedy: 'Run groundcrew plan again and check the difference; helm history shows who upgraded it.',
  }
}

export function otherChart(address: string, chart: string): Problem {
  return {
    code: 'release/other-chart',
    summary: `${address} is not removed: its chart is now ${chart}, which is not the one that groundcrew applied.`,
    remedy: `Find its owner with helm history, then forget it: groundcrew state rm ${address}`,
  }
}
