import { type Problem, ProblemError } from '../../values/problem.ts'
import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { ReadContext } from '../kind.ts'

/** Helm gives up at its timeout; this much later a pending record has nobody who would finish it. */
const GRACE_SECONDS = 60

/**
 * Throws while a pending release may have a helm at work on it: another person's, or one on another host. Ours that are
 * known to be gone, and records older than any helm would wait, are recovered instead.
 */
export function assertNotPending(record: ReleaseRecord | undefined, timeoutSeconds: number, look: ReadContext): void {
  if (record === undefined || !record.status.startsWith('pending-') || look.previousHelmExited) return
  // By the server's clock alone: this host's, or the one helm ran on, may be hours off.
  const free = new Date(Date.parse(record.startedAt || record.lastDeployed) + (timeoutSeconds + GRACE_SECONDS) * 1000)
  if ((record.readAt === '' ? look.now : new Date(record.readAt)) >= free) return
  throw new ProblemError({
    code: 'release/busy',
    summary: `The release is ${record.status} since ${record.startedAt || record.lastDeployed}: a helm may be at work on it.`,
    remedy: `Wait for it. If it was killed, plan again after ${free.toISOString()} (its timeout and a minute): groundcrew then recovers it. helm history ${record.name} -n ${record.namespace} shows more.`,
  })
}

export function notAsApplied(where: string): Problem {
  return {
    code: 'release/not-as-applied',
    summary: `helm succeeded, but its record of ${where} is not what was asked for.`,
    remedy: 'Somebody else may be upgrading it: plan again and look at the difference.',
  }
}

export function changedMeanwhile(where: string): Problem {
  return {
    code: 'release/changed-meanwhile',
    summary: `${where} was changed by somebody else since the plan was made.`,
    remedy: 'Plan again and look at what is different: helm history tells who upgraded it.',
  }
}

export function otherChart(where: string, chart: string): Problem {
  return {
    code: 'release/other-chart',
    summary: `${where} is not removed: its chart is now ${chart}, so it is not what was applied.`,
    remedy: `See with helm history whose it is, then forget it: groundcrew state rm ${where}`,
  }
}
