import { mask } from '../../../values/mask.ts'
import { type Problem, ProblemError } from '../../../values/problem.ts'
import type { Sealed } from '../../../values/sealed.ts'
import type { ApplyContext, Declared } from '../../kind.ts'
import type { Material } from '../facts.ts'
import { newestEvents } from './events.ts'
import { pendingRollouts } from './pendingRollouts.ts'
import { podFailureReasons, type Reason } from './reasons.ts'
import { notReady } from './rolloutProblems.ts'
import { secretsOf } from './secrets.ts'
import { stripControls } from './stripControls.ts'

/** Problems that report only that something took too long. */
const TIMEOUT_CODES = ['helm/not-ready', 'release/not-rolled-out']
const LOG_LINES = 10

/** Runs `act`, which waits for pods; if they are not ready in time, the problem is why, as the API reports it. */
export async function withPodDiagnosis<T>(context: ApplyContext, declared: Declared<Material>, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ProblemError) || !TIMEOUT_CODES.includes(error.problems[0]?.code ?? '')) throw error
    const problems = await diagnose(context, declared)
    throw problems.length === 0 ? error : new ProblemError(problems)
  }
}

async function diagnose(context: ApplyContext, { material: { installation } }: Declared<Material>): Promise<readonly Problem[]> {
  const { cluster } = context.world
  const { namespace } = installation.kubernetes
  const [rollouts, events] = await Promise.all([
    pendingRollouts(cluster, { name: installation.release.name, namespace }),
    newestEvents(cluster, namespace),
  ])
  const secrets = await secretsOf(cluster, installation, rollouts)
  const diagnoses = rollouts
    .map((rollout) => ({ rollout, reasons: podFailureReasons(rollout, events) }))
    .filter(({ reasons }) => reasons.length > 0)
  if (secrets !== undefined) for (const { reasons } of diagnoses) await emitLogTail(context, namespace, reasons, secrets)
  return diagnoses.map(({ rollout, reasons }) => masked(notReady(rollout, reasons, events, namespace), secrets ?? []))
}

/**
 * Emits the last lines of the first container with a log; they are stored nowhere. A log may contain anything, so the secrets
 * that the containers hold are masked.
 */
async function emitLogTail(
  context: ApplyContext,
  namespace: string,
  reasons: readonly Reason[],
  secrets: readonly Sealed[],
): Promise<void> {
  const log = reasons.find((reason) => reason.log !== undefined)?.log
  if (log === undefined) return
  const read = await context.world.cluster.log({ namespace, ...log, lines: LOG_LINES })
  if (read.is !== 'present') return
  const lines = mask(read.value, secrets)
    .split('\n')
    .map(stripControls)
    .filter((line) => line !== '')
  if (lines.length === 0) return
  const run = log.previous ? ', of its previous run' : ''
  context.emit({ message: `the last lines of the log of ${log.pod}, container ${log.container}${run}:` })
  for (const line of lines.slice(-LOG_LINES)) context.emit({ message: `  | ${line}` })
}

function masked(problem: Problem, secrets: readonly Sealed[]): Problem {
  const detail = mask(problem.detail ?? '', secrets)
    .split('\n')
    .map(stripControls)
    .join('\n')
  return { ...problem, summary: stripControls(mask(problem.summary, secrets)), detail }
}
