import * as z from 'zod'
import { action, address, described, event, problem } from './eventSchemaParts.ts'

const seconds = described(z.number(), 'The duration of the step.', 4.2)

export const applyStart = event('apply_start', 'A step starts.', { address, action })

export const applyProgress = event('apply_progress', 'The progress of a step.', {
  address,
  progress: z.strictObject({
    message: described(z.string(), 'What the step is doing.', 'waiting for spacelift-server'),
    done: described(z.number().optional(), 'The amount that is done.', 1),
    total: described(z.number().optional(), 'The total amount.', 3),
    unit: described(z.enum(['bytes', 'pods']).optional(), 'The unit of both.', 'pods'),
    perSecond: described(z.number().optional(), 'The current rate per second.', undefined),
    secondsLeft: described(z.number().optional(), 'The time left at this rate.', undefined),
  }),
})

export const applyComplete = event('apply_complete', 'A step is done.', { address, action, seconds })

export const applyErrored = event('apply_errored', 'A step failed; its problems follow as diagnostics at the end of the apply.', {
  address,
  action,
  seconds,
  problems: described(z.array(problem), 'The causes.', undefined),
})

export const applySkipped = event('apply_skipped', 'A step was skipped.', {
  address,
  because: described(z.string(), 'The dependency that was not applied, or the interruption.', 'secret/spacelift/spacelift-shared'),
})
