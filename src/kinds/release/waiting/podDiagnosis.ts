import { mask } from '../../../values/mask.ts'
import { type Problem, ProblemError } from '../../../values/problem.ts'
import type { Sealed } from '../../../values/sealed.ts'
import type { ApplyContext, Declared } from '../../kind.ts'
import type { Material } from '../facts.ts'
import { newestEvents } from './events.ts'
import { pendingRollouts } from './pendingRollouts.ts'
import { type Reason, reasonsOf } from './reasons.ts'
import { notReady } from './rolloutProblems.ts'
import { secretsOf } from './secrets.ts'
import { stripControls } from './stripControls.ts'

/** Problems that say no more than that something took too long. */
const TOOK_TOO_LONG = ['helm/not-ready', 'release/not-rolled-out']
const LOG_LINES = 10

/** What waits for pods; when it fails for their sake, the problem is why they are not ready, as the API tells it. */
export async function withPodDiagnosis<T>(work: ApplyContext, declared: Declared<Material>, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ProblemError) || !TOOK_TOO_LONG.includes(error.problems[0]?.code ?? '')) throw error
    const problems = await explain(work, declared)
    throw problems.length === 0 ? error : new ProblemError(problems)
  }
}

async function explain(work: ApplyContext, { material: { installation } }: Declared<Material>): Promise<readonly Problem[]> {
  const { cluster } = work.world
  const { namespace } = installation.kubernetes
  const [late, events] = await Promise.all([
    pendingRollouts(cluster, { name: installation.release.name, namespace }),
    newestEvents(cluster, namespace),
  ])
  const secrets = await secretsOf(cluster, installation, late)
  const all = late.map((one) => ({ one, reasons: reasonsOf(one, events) })).filter(({ reasons }) => reasons.length > 0)
  if (secrets !== undefined) for (const { reasons } of all) await emitLogTail(work, namespace, reasons, secrets)
  return all.map(({ one, reasons }) => masked(notReady(one, reasons, events, namespace), secrets ?? []))
}

/**
 * The last lines of the first container that has written any: told while the apply runs, and kept nowhere. They may hold
 * anything; the secrets that the container was given are taken out.
 */
async function emitLogTail(work: ApplyContext, namespace: string, reasons: readonly Reason[], secrets: readonly Sealed[]): Promise<void> {
  const log = reasons.find((one) => one.log !== undefined)?.log
  if (log === undefined) return
  const read = await work.world.cluster.log({ namespace, ...log, lines: LOG_LINES })
  const lines =
    read.is === 'present'
      ? mask(read.value, secrets)
          .split('\n')
          .map(stripControls)
          .filter((line) => line !== '')
      : []
  if (lines.length === 0) return
  work.emit({ message: `the last lines of ${log.pod}, container ${log.container}${log.previous ? ', before it ended' : ''}:` })
  for (const line of lines.slice(-LOG_LINES)) work.emit({ message: `  | ${line}` })
}

function masked(problem: Problem, secrets: readonly Sealed[]): Problem {
  const detail = mask(problem.detail ?? '', secrets)
    .split('\n')
    .map(stripControls)
    .join('\n')
  return { ...problem, summary: stripControls(mask(problem.summary, secrets)), detail }
}
