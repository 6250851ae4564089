import type { PlanScope } from '../session/planWithConsents.ts'
import { ProblemError } from '../values/problem.ts'
import type { GlobalOptions } from './globalOptions.ts'

/** What a plan covers and allows; saved with it, so that its apply covers and allows the same. */
export type PlanFlags = {
  readonly target?: readonly string[]
  readonly exclude?: readonly string[]
  readonly acceptDataLoss?: readonly string[]
  readonly replaceEncryptionKey?: boolean
  readonly acceptOtherChart?: boolean
  readonly acceptNewWorld?: boolean
  readonly track?: boolean
}

export type PlanOptions = GlobalOptions &
  PlanFlags & {
    /** One line per resource. */
    readonly compact?: boolean
  }

/** The scope that the flags describe. Throws a ProblemError for flags that exclude each other. */
export function planScope(options: PlanOptions): PlanScope {
  const { target = [], exclude = [], acceptDataLoss = [], replaceEncryptionKey, acceptOtherChart, track = false, ...rest } = options
  if (target.length > 0 && exclude.length > 0) throw new ProblemError(TARGET_AND_EXCLUDE)
  const consents = [
    ...acceptDataLoss.map((address) => `--accept-data-loss ${address}`),
    ...(replaceEncryptionKey ? ['--replace-encryption-key'] : []),
    ...(acceptOtherChart ? ['--accept-other-chart'] : []),
  ]
  return { ...rest, target, exclude, track, consents }
}

const TARGET_AND_EXCLUDE = {
  code: 'cli/target-and-exclude',
  summary: '-target and -exclude cannot be combined.',
  remedy: 'Use -target for what to plan, or -exclude for what not to plan.',
}

/** The plan's flags and no others: a saved plan decides nothing about files and clusters. */
export function savedFlags({
  target = [],
  exclude = [],
  acceptDataLoss = [],
  replaceEncryptionKey = false,
  acceptOtherChart = false,
  acceptNewWorld = false,
  track = false,
}: PlanFlags) {
  return { target, exclude, acceptDataLoss, replaceEncryptionKey, acceptOtherChart, acceptNewWorld, track }
}

/** A saved plan was created, and approved, with its own flags: none can be added. Throws a ProblemError. */
export function rejectPlanFlags({
  target = [],
  exclude = [],
  acceptDataLoss = [],
  replaceEncryptionKey,
  acceptOtherChart,
  acceptNewWorld,
  track,
}: PlanFlags): void {
  const given = [
    ...(target.length > 0 ? ['-target'] : []),
    ...(exclude.length > 0 ? ['-exclude'] : []),
    ...(acceptDataLoss.length > 0 ? ['--accept-data-loss'] : []),
    ...(replaceEncryptionKey ? ['--replace-encryption-key'] : []),
    ...(acceptOtherChart ? ['--accept-other-chart'] : []),
    ...(acceptNewWorld ? ['--accept-new-world'] : []),
    ...(track ? ['--track'] : []),
  ]
  if (given.length === 0) return
  throw new ProblemError({
    code: 'cli/options-with-plan',
    summary: `${given.join(', ')} cannot be combined with a saved plan: it was created with its own options.`,
    remedy: `Omit ${given.join(', ')}, or create a new plan with it: groundcrew plan ${given[0]} ... -out FILE`,
  })
}
