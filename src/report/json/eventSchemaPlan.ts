import * as z from 'zod'
import { action, address, count, dataRisk, described, edit, event, problem, problemFields, restart } from './eventSchemaParts.ts'

export const resourceDrift = event('resource_drift', 'A resource that changed outside groundcrew.', {
  address,
  action: described(z.enum(['update', 'delete']), 'What happened to it.', 'update'),
  edits: described(
    z.array(edit),
    'The edits that revert the drift, as in a planned change: from the current value to the applied one.',
    [],
  ),
  keysUnknown: described(
    z.literal(true).optional(),
    'Other values may have changed: they cannot be compared, because the encryption key was replaced.',
    true,
  ),
})

export const resourceUnchecked = event('resource_unchecked', 'A resource that drift could not check; the report is incomplete.', {
  address,
  why: described(problem, 'The cause.', undefined),
})

export const driftSummary = event('drift_summary', 'The last event of drift.', {
  comparedWith: described(z.enum(['state', 'file']), 'file: there is no state to compare with.', 'state'),
  lastApply: described(
    z
      .strictObject({ at: described(z.string(), 'Its time.', undefined), who: described(z.string(), 'Its operator.', 'alice@jump1') })
      .optional(),
    'The last apply.',
    { at: '2026-11-24T01:02:03.456Z', who: 'alice@jump1' },
  ),
  checked: described(count, 'The number of resources that were checked.', 18),
  drifted: described(count, 'The number of resources that drifted.', 1),
  unchecked: described(count, 'The number of resources that could not be checked.', 0),
  skipped: described(z.array(z.string()), 'The resources skipped with --skip.', []),
  incomplete: described(z.boolean(), 'A resource could not be checked: the exit code is 1.', false),
})

export const plannedChange = event('planned_change', 'A change that apply would make.', {
  address,
  action,
  edits: described(z.array(edit), 'The fields that differ.', []),
  restarts: described(z.array(restart), 'The workloads whose pods this change restarts.', [{ workload: 'spacelift-drain', pods: 3 }]),
  dataAtRisk: described(z.array(dataRisk), 'Data that this change may lose.', []),
  access: described(z.array(z.string()), 'Access that is granted or revoked.', []),
  notes: described(z.array(z.string()), 'Further consequences.', ['Revision 3 -> 4.']),
  refusals: described(
    z.array(z.strictObject({ ...problemFields, consent: described(z.string(), 'The flag that allows it.', '--replace-encryption-key') })),
    'Why apply refuses this change without a flag that allows it.',
    [],
  ),
})

export const changeBlocked = event('change_blocked', 'A resource that could not be planned; the plan is incomplete.', {
  address,
  why: described(problem.optional(), 'The cause.', undefined),
})

export const finding = event('finding', 'A warning: something an operator should know that no change repairs.', {
  address,
  ...problemFields,
})

export const changeSummary = event('change_summary', 'The last event of a plan (operation plan) and of an apply (operation apply).', {
  changes: z.strictObject({
    add: described(count, 'Resources to create; a replacement counts here and in remove.', 1),
    change: described(count, 'Resources to change in place.', 2),
    remove: described(count, 'Resources to destroy.', 0),
    operation: described(z.enum(['plan', 'apply']), 'plan: the planned changes; apply: the applied changes.', 'plan'),
  }),
  resources: described(count, 'The number of resources that were checked.', 18),
  notLookedAt: described(count, 'The number of resources that a partial plan did not check.', 0),
  incomplete: described(z.boolean(), 'A resource could not be checked, or a step failed or was skipped.', false),
  restarts: described(z.array(restart).optional(), 'Of a plan: the workloads whose pods restart.', [
    { workload: 'spacelift-drain', pods: 3 },
  ]),
  dataAtRisk: described(z.array(dataRisk).optional(), 'Of a plan: data that may be lost.', []),
  steps: described(
    z
      .strictObject({
        done: described(count, 'Steps that are done.', 18),
        failed: described(count, 'Steps that failed.', 0),
        skipped: described(count, 'Steps that were skipped, because a dependency was not applied or the apply was interrupted.', 0),
      })
      .optional(),
    'Of an apply: the results of its steps.',
    { done: 18, failed: 0, skipped: 0 },
  ),
})
