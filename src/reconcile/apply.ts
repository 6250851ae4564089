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
import { execute, type Result } from './execute.ts'
import type { Planned } from './makePlan.ts'
import { storedResource } from './plannedResource.ts'
import { Recorder } from './recorder.ts'

export type ApplyRun = {
  readonly id: string
  /** Who applies, for the history: `user@host`. */
  readonly who: string
  readonly tool: string
  readonly planned: Planned
  /** Id of the saved plan this is, if it is one. */
  readonly savedPlan?: string
  readonly state: State
  readonly store: FileStore
  readonly world: WorldIdentity
  /** What applies that never ended were about to create. */
  readonly created: ReadonlySet<string>
  readonly journal: Journal
  readonly clock: Clock
  readonly context: Omit<ApplyContext, 'clock' | 'emit' | 'registerChild'>
  readonly registerChild: (helm: ProcessIdentity) => Promise<void>
  readonly emit: Emit
}

/** Carries out a plan under the lock, with its history and its state. Throws a ProblemError when these cannot be written. */
export async function apply(run: ApplyRun): Promise<Result> {
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
    plan: changes.flatMap(line),
  })
  await recorder.recordWorld(run.world)
  await recordUnchanged(run, recorder)
  const result = await execute(run.planned, {
    ...run,
    record: (found) => recorder.record(found),
    forget: (it) => recorder.forget([it]),
  })
  if (isComplete(run, result)) await recordBookkeeping(run, recorder)
  await run.journal.append({
    type: 'end',
    at: now(run),
    result: outcome(run, result),
    seconds: Math.round((run.clock.monotonic() - started) / 10) / 100,
  })
  return result
}

/** Creations that earlier runs began: what this one does not settle at once stays ours, however it ends. */
function unresolvedCreations({ created, state, planned }: ApplyRun): { readonly created?: readonly string[] } {
  const settled = new Set<string>(
    planned.plan.changes.flatMap(({ action, address }) => (isWrite(action) || action === 'blocked' ? [] : [address])),
  )
  const open = [...created].filter((address) => !settled.has(address) && state.resources[address] === undefined)
  return open.length === 0 ? {} : { created: open }
}

/** What is already as wanted is adopted, or its record brought up to date; what the file dropped is forgotten. */
async function recordUnchanged({ planned }: ApplyRun, recorder: Recorder): Promise<void> {
  const settled = planned.plan.changes.filter((change) => change.action === 'adopt' || change.action === 'keep')
  await recorder.record(
    ...settled.flatMap(({ address }) => {
      const seen = planned.observed.get(address)
      return seen === undefined ? [] : [{ address, ...seen }]
    }),
  )
  await recorder.forget(planned.plan.changes.filter((change) => change.action === 'forget').map((change) => change.address))
}

function outcome(run: ApplyRun, result: Result): EndResult {
  const { signal } = run.context
  if (signal.aborted) return signal.reason instanceof ProblemError ? 'lost' : 'interrupted'
  return isComplete(run, result) ? 'complete' : 'failed'
}

function isComplete({ context: { signal } }: ApplyRun, { failed, skipped }: Result): boolean {
  return !signal.aborted && failed.length + skipped.length === 0
}

/** What cannot be looked at is not bookkeeping for: then what was known before stays. */
async function recordBookkeeping({ planned, context: work }: ApplyRun, recorder: Recorder): Promise<void> {
  const look = { ...work, view: cachedView(work.world) }
  const asked = [...planned.bookkeepers].map(async ([address, bookkeep]) => {
    const stored = recorder.recordOf(address)
    const bookkeeping = stored && (await bookkeep(look, storedResource(address, stored)))
    return bookkeeping === undefined ? [] : [[address, bookkeeping] as const]
  })
  await recorder.bookkeep(new Map((await Promise.all(asked)).flat()))
}

function line(change: PlannedChange): PlannedLine[] {
  if (!isWrite(change.action)) return []
  // Of what is made, everything is new: a release alone has hundreds of fields.
  const made = change.action === 'create' || change.action === 'recover'
  const edits = (made ? [] : change.edits).map((edit) => ({ field: showPointer(edit.pointer), cause: edit.cause }))
  return [{ address: change.address, action: change.action, edits }]
}

function now(run: ApplyRun): string {
  return run.clock.now().toISOString()
}
