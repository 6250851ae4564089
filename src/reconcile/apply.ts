import type { ApplyContext } from '../kinds/kind.ts'
import { isWrite, type PlannedChange } from '../plan/plan.ts'
import type { FileStore } from '../state/fileStore.ts'
import type { Journal } from '../state/journal.ts'
import type { EndResult, PlannedLine } from '../state/journalRecord.ts'
import type { State, WorldIdentity } from '../state/state.ts'
import { showPointer } from '../values/factKeys.ts'
import { ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import { cachedView } from './cachedView.ts'
import type { Emit } from './events.ts'
import { type ExecutionResult, execute } from './execute.ts'
import type { Planned } from './makePlan.ts'
import { storedResource } from './plannedResource.ts'
import { Recorder } from './recorder.ts'

export type ApplyRun = {
  readonly id: string
  /** Who applies, for the history: `user@host`. */
  readonly who: string
  readonly tool: string
  readonly planned: Planned
  /** The id of the saved plan that is applied. */
  readonly savedPlan?: string
  readonly state: State
  readonly store: FileStore
  readonly world: WorldIdentity
  /** What unfinished applies were about to create. */
  readonly created: ReadonlySet<string>
  readonly journal: Journal
  readonly clock: Clock
  readonly context: Omit<ApplyContext, 'clock' | 'emit' | 'registerChild'>
  readonly registerChild: (child: ProcessIdentity) => Promise<void>
  readonly emit: Emit
}

/** Carries out a plan under the lock, with its history and its state. Throws a ProblemError when these cannot be written. */
export async function apply(run: ApplyRun): Promise<ExecutionResult> {
  const started = run.clock.monotonic()
  const { changes } = run.planned.plan
  const recorder = new Recorder(run.store, run.state, changes, run.created)
  await run.journal.append({
    type: 'begin',
    at: now(run),
    run: run.id,
    tool: run.tool,
    who: run.who,
    serial: run.state.serial,
    ...(run.savedPlan !== undefined && { savedPlan: run.savedPlan }),
    ...unresolvedCreations(run),
    plan: changes.flatMap(plannedLine),
  })
  await recorder.recordWorld(run.world)
  await recordUnchanged(run, recorder)
  const result = await execute(run.planned, {
    ...run,
    record: (resource) => recorder.record(resource),
    forget: (address) => recorder.forget([address]),
  })
  if (isComplete(run, result)) await recordBookkeeping(run, recorder)
  await run.journal.append({
    type: 'end',
    at: now(run),
    result: endResult(run, result),
    seconds: Math.round((run.clock.monotonic() - started) / 10) / 100,
  })
  return result
}

/** Creations that earlier runs started: those that this plan neither confirms nor records stay groundcrew's, however this run ends. */
function unresolvedCreations({ created, state, planned }: ApplyRun): { readonly created?: readonly string[] } {
  const resolved = new Set<string>(
    planned.plan.changes.flatMap(({ action, address }) => (isWrite(action) || action === 'blocked' ? [] : [address])),
  )
  const unresolved = [...created].filter((address) => !resolved.has(address) && state.resources[address] === undefined)
  return unresolved.length === 0 ? {} : { created: unresolved }
}

/** Resources that are as declared are recorded as they are; the records of those that the file dropped are removed. */
async function recordUnchanged({ planned }: ApplyRun, recorder: Recorder): Promise<void> {
  const { changes } = planned.plan
  const unchanged = changes.filter(({ action }) => action === 'adopt' || action === 'keep')
  await recorder.record(
    ...unchanged.flatMap(({ address }) => {
      const observed = planned.observed.get(address)
      return observed === undefined ? [] : [{ address, ...observed }]
    }),
  )
  await recorder.forget(changes.filter(({ action }) => action === 'forget').map(({ address }) => address))
}

function endResult(run: ApplyRun, result: ExecutionResult): EndResult {
  const { signal } = run.context
  if (signal.aborted) return signal.reason instanceof ProblemError ? 'lost' : 'interrupted'
  return isComplete(run, result) ? 'complete' : 'failed'
}

function isComplete({ context: { signal } }: ApplyRun, { failed, skipped }: ExecutionResult): boolean {
  return !signal.aborted && failed.length + skipped.length === 0
}

/** Bookkeeping that cannot be read now stays as it was recorded before. */
async function recordBookkeeping({ planned, context }: ApplyRun, recorder: Recorder): Promise<void> {
  const readContext = { ...context, view: cachedView(context.world) }
  const reads = [...planned.bookkeepers].map(async ([address, bookkeep]) => {
    const stored = recorder.recordOf(address)
    const bookkeeping = stored && (await bookkeep(readContext, storedResource(address, stored)))
    return bookkeeping === undefined ? [] : [[address, bookkeeping] as const]
  })
  await recorder.bookkeep(new Map((await Promise.all(reads)).flat()))
}

function plannedLine({ address, action, edits }: PlannedChange): PlannedLine[] {
  if (!isWrite(action)) return []
  // All fields of a created resource are new, and there may be hundreds of them.
  const isNew = action === 'create' || action === 'recover'
  const fields = (isNew ? [] : edits).map(({ pointer, cause }) => ({ field: showPointer(pointer), cause }))
  return [{ address, action, edits: fields }]
}

function now(run: ApplyRun): string {
  return run.clock.now().toISOString()
}
