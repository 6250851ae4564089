import * as z from 'zod'
import { described, event, problem, problemFields, range } from './eventSchemaParts.ts'

// The one source of the event stream: the types, docs/events.schema.json and docs/events.md come from here. Plan and apply
// import only the types, because zod takes longer to load than a plan needs.

const address = described(z.string(), 'The resource.', 'bucket/spacelift-states')
const action = z.enum(['create', 'recover', 'update', 'repair', 'replace', 'remove', 'forget']).meta({
  id: 'action',
  description: 'What is done: recover makes again what is gone, repair undoes drift, forget only drops it from the state.',
  examples: ['update'],
})
const seconds = described(z.number(), 'How long the step took.', 4.2)

const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({})])

const edit = z
  .strictObject({
    pointer: described(z.string(), 'The field: a JSON pointer (RFC 6901) into the facts of the resource.', '/keys/DATABASE_URL'),
    from: described(value.optional(), 'What is there; left out where nothing is.', 'off'),
    to: described(value.optional(), 'What it becomes; left out where nothing is to be.', 'enabled'),
    hidden: described(z.literal(true).optional(), 'The field holds a secret: from and to only say "(hidden)".', true),
    cause: described(
      z.enum(['declared', 'drifted', 'both', 'unexplained']),
      'Why it differs: the file changed, the world changed, both, or there is no memory to tell.',
      'declared',
    ),
    by: described(
      z
        .strictObject({
          manager: described(z.string(), 'The field manager, as the server calls it.', 'kubectl-edit'),
          time: described(z.string().optional(), 'When.', '2026-11-24T01:02:03Z'),
        })
        .optional(),
      'Who last wrote the field and when, where the server knows.',
      { manager: 'kubectl-edit', time: '2026-11-24T01:02:03Z' },
    ),
    origin: described(
      z.union([z.literal('guide'), range]).optional(),
      'Where it is declared: in the file, or by the install guide.',
      'guide',
    ),
  })
  .meta({ id: 'edit', description: 'One field that differs.' })

const restart = z
  .strictObject({
    workload: described(z.string(), 'The Deployment.', 'spacelift-drain'),
    pods: described(z.int(), 'How many pods it has.', 3),
    because: described(z.array(z.string()).optional(), 'What is wrong with the pods as they are, where that is why they restart.', [
      'they started while secret/spacelift/spacelift-server held other values',
    ]),
  })
  .meta({ id: 'restart', description: 'A workload whose pods restart.' })
const dataRisk = z
  .strictObject({ address, what: described(z.string(), 'What of it may be lost.', 'objects older than 7 days') })
  .meta({ id: 'dataRisk', description: 'Data that may be lost.' })
const count = z.int().nonnegative()

const version = event('version', 'The first line: what the stream is.', {
  groundcrew: described(z.string(), "groundcrew's version.", '0.1.0'),
  ui: described(z.string(), 'Version of this format: a minor one adds, a major one breaks.', '1.0'),
})

const log = event('log', 'A remark; all it says stands in @message.', {})

const diagnostic = event('diagnostic', 'A problem, and what to do about it.', {
  diagnostic: z.strictObject({
    severity: described(
      z.enum(['error', 'warning']),
      'An error makes the exit code 1; a warning is a change that apply refuses unless it is allowed.',
      'error',
    ),
    ...problemFields,
  }),
})

const resourceDrift = event('resource_drift', 'A resource that changed behind our back.', {
  address,
  action: described(z.enum(['update', 'delete']), 'What happened to it.', 'update'),
  edits: described(z.array(edit), 'Its drifted fields, told as a planned change tells them: from what is there to what it was.', []),
  keysUnknown: described(
    z.literal(true).optional(),
    'More may have changed that cannot be compared: the encryption key is another one.',
    true,
  ),
})

const resourceUnchecked = event('resource_unchecked', 'A resource that drift could not look at; the report is incomplete.', {
  address,
  why: described(problem, 'The reason.', undefined),
})

const driftSummary = event('drift_summary', 'The last word of drift.', {
  comparedWith: described(z.enum(['state', 'file']), 'file: there was no state to compare with.', 'state'),
  lastApply: described(
    z.strictObject({ at: described(z.string(), 'When.', undefined), who: described(z.string(), 'By whom.', 'alice@jump1') }).optional(),
    'The last apply.',
    {
      at: '2026-11-24T01:02:03.456Z',
      who: 'alice@jump1',
    },
  ),
  checked: described(count, 'How many resources were looked at.', 18),
  drifted: described(count, 'How many of them drifted.', 1),
  unchecked: described(count, 'How many could not be looked at.', 0),
  skipped: described(z.array(z.string()), 'What was left out by choice.', []),
  incomplete: described(z.boolean(), 'Something could not be looked at: the exit code is 1.', false),
})

const plannedChange = event('planned_change', 'A resource that apply would touch.', {
  address,
  action,
  edits: described(z.array(edit), 'The fields that differ.', []),
  restarts: described(z.array(restart), 'The workloads whose pods this change restarts.', [{ workload: 'spacelift-drain', pods: 3 }]),
  dataAtRisk: described(z.array(dataRisk), 'Data that this change may lose.', []),
  access: described(z.array(z.string()), 'Who gains or loses access.', []),
  notes: described(z.array(z.string()), 'What else it means.', ['Revision 3 -> 4.']),
  refusals: described(
    z.array(z.strictObject({ ...problemFields, consent: described(z.string(), 'The flag that allows it.', '--replace-encryption-key') })),
    'Why apply refuses this change unless it is allowed.',
    [],
  ),
})

const changeBlocked = event('change_blocked', 'A resource that could not be planned; the plan is incomplete.', {
  address,
  why: described(problem.optional(), 'The reason.', undefined),
})

const finding = event('finding', 'Something worth knowing that no change repairs.', { address, ...problemFields })

const changeSummary = event('change_summary', 'The last word of a plan (operation plan) and of an apply (operation apply).', {
  changes: z.strictObject({
    add: described(count, 'How many are created; a replacement counts here and under remove.', 1),
    change: described(count, 'How many are changed in place.', 2),
    remove: described(count, 'How many are destroyed.', 0),
    operation: described(z.enum(['plan', 'apply']), 'plan: what would be done; apply: what was done.', 'plan'),
  }),
  resources: described(count, 'How many resources were looked at.', 18),
  notLookedAt: described(count, 'How many resources a partial plan left out.', 0),
  incomplete: described(z.boolean(), 'Something could not be looked at, or a step failed or was skipped.', false),
  restarts: described(z.array(restart).optional(), 'Of a plan: the workloads whose pods restart.', [
    { workload: 'spacelift-drain', pods: 3 },
  ]),
  dataAtRisk: described(z.array(dataRisk).optional(), 'Of a plan: data that may be lost.', []),
  steps: described(
    z
      .strictObject({
        done: described(count, 'Done.', 18),
        failed: described(count, 'Failed.', 0),
        skipped: described(count, 'Not taken: what they depend on was not done, or the apply was interrupted.', 0),
      })
      .optional(),
    'Of an apply: how its steps ended.',
    {
      done: 18,
      failed: 0,
      skipped: 0,
    },
  ),
})

const applyStart = event('apply_start', 'A step begins.', { address, action })
const applyProgress = event('apply_progress', 'How far a step is.', {
  address,
  progress: z.strictObject({
    message: described(z.string(), 'What it does.', 'waiting for spacelift-server'),
    done: described(z.number().optional(), 'How much is done.', 1),
    total: described(z.number().optional(), 'Of how much.', 3),
    unit: described(z.enum(['bytes', 'pods']).optional(), 'What is counted.', 'pods'),
    perSecond: described(z.number().optional(), 'How many of them in a second, of late.', undefined),
    secondsLeft: described(z.number().optional(), 'How long it takes at that speed.', undefined),
  }),
})
const applyComplete = event('apply_complete', 'A step is done.', { address, action, seconds })
const applyErrored = event('apply_errored', 'A step failed; the end of the apply tells its problems again, as diagnostics.', {
  address,
  action,
  seconds,
  problems: described(z.array(problem), 'Why.', undefined),
})
const applySkipped = event('apply_skipped', 'A step was not taken.', {
  address,
  because: described(z.string(), 'What it depends on and was not done, or the interruption.', 'secret/spacelift/spacelift-shared'),
})

/** Every event, in the order in which docs/events.md tells them. */
export const EVENTS = [
  version,
  resourceDrift,
  plannedChange,
  changeBlocked,
  finding,
  changeSummary,
  resourceUnchecked,
  driftSummary,
  applyStart,
  applyProgress,
  applyComplete,
  applyErrored,
  applySkipped,
  diagnostic,
  log,
] as const

export const streamEvent = z
  .discriminatedUnion('type', EVENTS)
  .meta({ title: 'groundcrew events', description: 'One line of what groundcrew writes with --json.' })

/** One line of the stream. */
export type StreamEvent = z.infer<typeof streamEvent>
export type StreamEdit = z.infer<typeof edit>
