import type { ApplyContext } from '../kinds/kind.ts'
import type { Journal } from '../state/journal.ts'
import type { Address } from '../values/address.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { Emit } from './events.ts'
import type { Planned } from './makePlan.ts'
import type { Step } from './plannedResource.ts'
import type { AddressedFacts } from './recorder.ts'

export type ExecutionResult = {
  readonly done: readonly Address[]
  readonly failed: readonly Address[]
  readonly skipped: readonly Address[]
  /** Why steps failed. */
  readonly problems: readonly Problem[]
}

export type Execution = {
  /** What all steps share; each step gets its own emit and registerChild. */
  readonly context: Omit<ApplyContext, 'clock' | 'emit' | 'registerChild'>
  readonly registerChild: (child: ProcessIdentity) => Promise<void>
  readonly journal: Journal
  readonly clock: Clock
  readonly emit: Emit
  /** Records a resource as it now is, before its step is reported as done. */
  readonly record: (resource: AddressedFacts) => Promise<void>
  /** Removes the record of a removed resource, before its step is reported as done. */
  readonly forget: (address: Address) => Promise<void>
}

type StepOutcome = 'done' | 'failed' | 'skipped'
type RunningSteps = ReadonlyMap<Address, Promise<StepOutcome>>

/**
 * Carries out a plan's steps: independent ones in parallel, each after those it depends on. A step that fails stops only
 * its dependents. Each step is journaled before and after.
 */
export async function execute(planned: Planned, run: Execution): Promise<ExecutionResult> {
  const steps = new Map<Address, Promise<StepOutcome>>()
  const problems: Problem[] = []
  for (const address of planned.steps.keys()) steps.set(address, Promise.resolve('skipped'))
  // The steps are in order, so the dependencies of a step are already running when it is reached.
  for (const [address, step] of planned.steps)
    steps.set(address, runAfterDependencies(address, step, steps, { ...run, emit: collecting(run.emit, problems) }))
  const outcomes = await Promise.all([...steps].map(async ([address, outcome]) => [address, await outcome] as const))
  const having = (searched: StepOutcome) => outcomes.filter(([, outcome]) => outcome === searched).map(([address]) => address)
  return { done: having('done'), failed: having('failed'), skipped: having('skipped'), problems }
}

function collecting(emit: Emit, problems: Problem[]): Emit {
  return (event) => {
    if (event.type === 'apply_errored') problems.push(...event.problems)
    emit(event)
  }
}

async function runAfterDependencies(address: Address, step: Step, steps: RunningSteps, run: Execution): Promise<StepOutcome> {
  for (const dependency of step.after) {
    if ((await (steps.get(dependency) ?? 'done')) === 'done') continue
    run.emit({ type: 'apply_skipped', address, because: dependency })
    await run.journal.append({ type: 'skipped', at: now(run), address, because: dependency })
    return 'skipped'
  }
  if (!run.context.signal.aborted) return runStep(address, step, run)
  run.emit({ type: 'apply_skipped', address, because: 'the interruption' })
  return 'skipped'
}

async function runStep(address: Address, step: Step, run: Execution): Promise<StepOutcome> {
  const started = run.clock.monotonic()
  const seconds = () => Math.round((run.clock.monotonic() - started) / 100) / 10
  try {
    // Journaled before a create: what exists there after a crash was created by groundcrew.
    await run.journal.append({ type: 'step', at: now(run), address, action: step.action })
    run.emit({ type: 'apply_start', address, action: step.action })
    const facts = await step.carryOut(contextOf(address, run))
    await (facts === undefined ? run.forget(address) : run.record({ address, ...facts }))
    await run.journal.append({ type: 'done', at: now(run), address, seconds: seconds() })
    run.emit({ type: 'apply_complete', address, action: step.action, seconds: seconds() })
    return 'done'
  } catch (error) {
    const problems = problemsOf(error)
    run.emit({ type: 'apply_errored', address, action: step.action, seconds: seconds(), problems })
    // The journal itself may have failed; the problem is reported either way.
    await run.journal.append({ type: 'failed', at: now(run), address, seconds: seconds(), problems }).catch(() => undefined)
    return 'failed'
  }
}

function contextOf(address: Address, run: Execution): ApplyContext {
  const registerChild = async (child: ProcessIdentity) => {
    await run.journal.append({ type: 'child', at: now(run), address, process: child })
    await run.registerChild(child)
  }
  return { ...run.context, clock: run.clock, registerChild, emit: (progress) => run.emit({ type: 'apply_progress', address, progress }) }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems
  // The message may contain anything, a secret included: only the error's name is reported.
  const name = error instanceof Error ? error.name : typeof error
  return [
    {
      code: 'internal/unexpected',
      summary: `This step failed with an unexpected error (${name}).`,
      remedy: 'Run groundcrew apply --log-level debug and report its output without secrets.',
    },
  ]
}

function now(run: Execution): string {
  return run.clock.now().toISOString()
}
