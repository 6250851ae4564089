import { DEFAULTS } from '../../installation/spacelift.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ApplyContext, Impact, ReadContext, Recorded } from '../kind.ts'
import { NO_IMPACT, type RemovalPolicy } from '../kind.ts'
import { dataLossImpact, dataLossOfRemoval } from './dataLoss.ts'
import { guardOf, type ReleaseFacts, type ReleaseObservation } from './facts.ts'
import { runningWorkloads } from './objects/desiredObjects.ts'
import { assertNotPending, changedMeanwhile, otherChart } from './releaseProblems.ts'

/** The chart's objects are not named after the release, so the old release must be removed before one of another name is installed. */
export const RENAMED_RELEASE: RemovalPolicy = { created: 'remove', adopted: 'refuse', removeFirst: true }

const UNINSTALL_TIMEOUT_SECONDS = 300

/** The pods and data of the release, and that Spacelift is unavailable meanwhile. */
export async function removal(
  context: ReadContext,
  { address, facts }: Recorded<ReleaseFacts>,
  observed: ReleaseObservation,
): Promise<Impact> {
  if (observed.is !== 'present') return NO_IMPACT
  const { record, objects } = observed.evidence
  if (record.chart.name !== facts.chart.name) throw new ProblemError(otherChart(address, record.chart.name))
  assertNotPending(record, DEFAULTS.timeoutSeconds, context)
  return {
    ...NO_IMPACT,
    ...dataLossImpact(address, dataLossOfRemoval(objects), 'Back up its data first.'),
    restarts: runningWorkloads(objects.facts),
    access: [`Spacelift is unavailable from the removal of ${address} until another release is ready.`],
  }
}

/** Uninstalls the release, unless another client changed it after it was observed. */
export async function remove(context: ApplyContext, { address }: Recorded<ReleaseFacts>, observed: ReleaseObservation): Promise<void> {
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  const [, namespace = '', name = ''] = address.split('/')
  const now = await context.world.cluster.release(namespace, name)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Another client (an apply that was killed, perhaps) has already uninstalled it.
  if (now.is === 'absent') return
  if (observed.is === 'absent' || guardOf(now.value) !== observed.guard) throw new ProblemError(changedMeanwhile(address))
  await context.assertLockHeld()
  const { registerChild, signal, world } = context
  await world.helm.uninstall({ release: name, namespace, timeoutSeconds: UNINSTALL_TIMEOUT_SECONDS, registerChild, signal })
}
