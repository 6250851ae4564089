import * as z from 'zod'
import { applyComplete, applyErrored, applyProgress, applySkipped, applyStart } from './eventSchemaApply.ts'
import { described, type edit, event, problemFields } from './eventSchemaParts.ts'
import { changeBlocked, changeSummary, driftSummary, finding, plannedChange, resourceDrift, resourceUnchecked } from './eventSchemaPlan.ts'

// The one source of the event stream: the types, docs/events.schema.json and docs/events.md come from here. Plan and apply
// import only the types, because zod takes longer to load than a plan needs.

const version = event('version', 'The first line of the stream.', {
  groundcrew: described(z.string(), "groundcrew's version.", '0.1.0'),
  ui: described(z.string(), 'Version of this format: a minor version adds, a major version breaks.', '1.0'),
})

const log = event('log', 'Additional information, in @message only.', {})

const diagnostic = event('diagnostic', 'A problem, and how to fix it.', {
  diagnostic: z.strictObject({
    severity: described(
      z.enum(['error', 'warning']),
      'An error makes the exit code 1; a warning is a change that apply refuses without a flag that allows it.',
      'error',
    ),
    ...problemFields,
  }),
})

/** Every event, in the order of docs/events.md. */
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
  .meta({ title: 'groundcrew events', description: 'One line of the output of groundcrew --json.' })

/** One line of the stream. */
export type StreamEvent = z.infer<typeof streamEvent>
export type StreamEdit = z.infer<typeof edit>
