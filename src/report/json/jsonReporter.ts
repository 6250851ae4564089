import type { Reporter } from '../reporter.ts'
import type { StreamEvent } from './eventSchema.ts'
import { appliedEvents, applyEvent } from './jsonApply.ts'
import { driftEvents } from './jsonDrift.ts'
import { diagnostic, type EventBody } from './jsonParts.ts'
import { planEvents } from './jsonPlan.ts'
import { watchEvents } from './jsonWatch.ts'

/** Version of the event stream: a minor version adds, a major version breaks readers. */
const FORMAT_VERSION = '1.0'

export type JsonSink = { readonly write: (text: string) => unknown; readonly now: () => Date; readonly version: string }

/** For programs: one JSON object per line, the version of the stream first. docs/events.md documents each event. */
export function jsonReporter({ write, now, version }: JsonSink): Reporter {
  const line = (body: EventBody) => {
    const { level = 'info', message, ...fields } = body
    const head = { '@level': level, '@message': message, '@module': 'groundcrew.ui', '@timestamp': now().toISOString() } as const
    write(`${JSON.stringify({ ...head, ...fields } satisfies StreamEvent)}\n`)
  }
  let isStarted = false
  const emit = (bodies: readonly EventBody[]) => {
    if (!isStarted) line({ message: `groundcrew ${version}`, type: 'version', groundcrew: version, ui: FORMAT_VERSION })
    isStarted = true
    bodies.forEach(line)
  }
  return {
    plan: (plan) => emit(planEvents(plan)),
    drift: (report) => emit(driftEvents(report)),
    event: (event) => emit([applyEvent(event)]),
    applied: (applied) => emit(appliedEvents(applied)),
    watch: (event) => emit(watchEvents(event)),
    problems: (problems) => emit(problems.map(diagnostic)),
    note: (message, level = 'info') => emit([{ level, message, type: 'log' }]),
  }
}
