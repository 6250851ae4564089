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

export type Result = {
  readonly done: readonly Address[]
  readonly failed: readonly Address[]
  readonly skipped: readonly Address[]
  /** Why what failed failed. */
  readonly problems: readonly Problem[]
}

export type Execution = {
  /** The world and the rest of what a step works with; a step's own emit and registerChild are made here. */
  readonly context: Omit<ApplyContext, 'clock' | 'emit' | 'registerChild'>
  readonly registerChild: (helm: ProcessIdentity) => Promise<void>
  readonly journal: Journal
  readonly clock: Clock
  readonly emit: Emit
  /** Remembers a resource as it now is, before its step is called done. */
  readonly record: (found: AddressedFacts) => Promise<void>
  /** Forgets a resource that is gone, before its step is called done. */
  readonly forget: (it: Address) => Promise<void>
}

type StepOutcome = 'done' | 'failed' | 'skipped'

/**
 * Carries out a plan's steps: independent ones in parallel, each after what it waits for; one that fails stops only
 * what depends on it. Each step is journalled before and after.
 */
export async function execute(planned: Planned, run: Execution): Promise<Result> {
  const outcomes = new Map<Address, Promise<StepOutcome>>()
  const problems: Problem[] = []
  for (const address of planned.steps.keys()) outcomes.set(address, Promise.resolve('skipped'))
  // The steps come in order, so what a step waits for is already under way when it is reached.
  for (const [address, step] of planned.steps)
    outcomes.set(address, runAfter(address, step, outcomes, { ...run, emit: collecting(run.emit, problems) }))
  const settled = await Promise.all([...outcomes].map(async ([address, outcome]) => [address, await outcome] as const))
  const of = (wanted: StepOutcome) => settled.filter(([, outcome]) => outcome === wanted).map(([address]) => address)
  return { done: of('done'), failed: of('failed'), skipped: of('skipped'), problems }
}

function collecting(emit: Emit, problems: Problem[]): Emit {
  return (event) => {
    if (event.type === 'apply_errored') problems.push(...event.problems)
    emit(event)
  }
}

async function runAfter(
  address: Address,
  step: Step,
  outcomes: ReadonlyMap<Address, Promise<StepOutcome>>,
  run: Execution,
): Promise<StepOutcome> {
  const waitsFor = step.after.flatMap((other) =>
    outcomes.has(other) ? [[other, outcomes.get(other) as Promise<StepOutcome>] as const] : [],
  )
  for (const [other, outcome] of waitsFor) {
    if ((await outcome) === 'done') continue
    run.emit({ type: 'apply_skipped', address, because: other })
    await run.journal.append({ type: 'skipped', at: now(run), address, because: other })
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
    // Provenance is journalled before a create: what is found there after a crash is ours.
    await run.journal.append({ type: 'step', at: now(run), address, action: step.action })
    run.emit({ type: 'apply_start', address, action: step.action })
    const found = await step.carryOut(workOf(address, run))
    await (found === undefined ? run.forget(address) : run.record({ address, ...found }))
    await run.journal.append({ type: 'done', at: now(run), address, seconds: seconds() })
    run.emit({ type: 'apply_complete', address, action: step.action, seconds: seconds() })
    return 'done'
  } catch (error) {
    const problems = problemsOf(error)
    run.emit({ type: 'apply_errored', address, action: step.action, seconds: seconds(), problems })
    // The journal itself may be what failed; the problem is told either way.
    await run.journal.append({ type: 'failed', at: now(run), address, seconds: seconds(), problems }).catch(() => undefined)
    return 'failed'
  }
}

function workOf(address: Address, run: Execution): ApplyContext {
  const registerChild = async (helm: ProcessIdentity) => {
    await run.journal.append({ type: 'child', at: now(run), address, process: helm })
    await run.registerChild(helm)
  }
  return { ...run.context, clock: run.clock, registerChild, emit: (progress) => run.emit({ type: 'apply_progress', address, progress }) }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems
  // Its message may carry anything, a secret included: only its name is told.
  const name = error instanceof Error ? error.name : typeof error
  return [
    {
      code: 'internal/unexpected',
      summary: `This step failed in a way groundcrew does not know (${name}).`,
      remedy: 'Run it again with --log-level debug and report it.',
    },
  ]
}

function now(run: Execution): string {
  return run.clock.now().toISOString()
}
