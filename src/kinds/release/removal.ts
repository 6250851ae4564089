import { DEFAULTS } from '../../installation/spacelift.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ApplyContext, Impact, ReadContext, Recorded } from '../kind.ts'
import { NO_IMPACT, type RemovalPolicy } from '../kind.ts'
import { dataLossImpact, dataLossOfRemoval } from './dataLoss.ts'
import { guardOf, type ReleaseFacts, type Seen } from './facts.ts'
import { runningWorkloads } from './objects/desiredObjects.ts'
import { assertNotPending, changedMeanwhile, otherChart } from './releaseProblems.ts'

/** The chart names its objects without the release's name: an old release has to go before one of another name is installed. */
export const RENAMED: RemovalPolicy = { created: 'remove', adopted: 'refuse', removeFirst: true }

const TIMEOUT_SECONDS = 300

/** The pods of a release that goes, and that nobody reaches it meanwhile. */
export async function removal(look: ReadContext, it: Recorded<ReleaseFacts>, seen: Seen): Promise<Impact> {
  if (seen.is !== 'present') return NO_IMPACT
  const { record, objects } = seen.evidence
  if (record.chart.name !== it.facts.chart.name) throw new ProblemError(otherChart(it.address, record.chart.name))
  assertNotPending(record, DEFAULTS.timeoutSeconds, look)
  return {
    ...NO_IMPACT,
    ...dataLossImpact(it.address, dataLossOfRemoval(objects), 'Take what is in it to safety first.'),
    restarts: runningWorkloads(objects.facts),
    access: [`Nobody reaches Spacelift from the removal of ${it.address} until another release is ready.`],
  }
}

/** Uninstalls the release that was seen; one that somebody upgraded since is left alone. */
export async function remove(work: ApplyContext, it: Recorded<ReleaseFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  const [, namespace = '', name = ''] = it.address.split('/')
  const now = await work.world.cluster.release(namespace, name)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Somebody (an apply that was killed, perhaps) has already done it.
  if (now.is === 'absent') return
  if (seen.is === 'absent' || guardOf(now.value) !== seen.guard) throw new ProblemError(changedMeanwhile(it.address))
  await work.assertLockHeld()
  const { registerChild, signal, world } = work
  await world.helm.uninstall({ release: name, namespace, timeoutSeconds: TIMEOUT_SECONDS, registerChild, signal })
}
