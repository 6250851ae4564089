import type { Reporter } from '../reporter.ts'
import type { StreamEvent } from './eventSchema.ts'
import { appliedEvents, applyEvent } from './jsonApply.ts'
import { driftEvents } from './jsonDrift.ts'
import { type Body, diagnostic } from './jsonParts.ts'
import { planEvents } from './jsonPlan.ts'
import { watchEvents } from './jsonWatch.ts'

/** Version of the event stream: a minor one adds, a major one breaks what reads it. */
export const FORMAT = '1.0'

export type JsonSink = { readonly write: (text: string) => unknown; readonly now: () => Date; readonly version: string }

/** Tells machines: one JSON object a line, first the version of the stream. docs/events.md tells each. */
export function jsonReporter({ write, now, version }: JsonSink): Reporter {
  const line = (body: Body) => {
    const { level = 'info', message, ...fields } = body
    const head = { '@level': level, '@message': message, '@module': 'groundcrew.ui', '@timestamp': now().toISOString() } as const
    write(`${JSON.stringify({ ...head, ...fields } satisfies StreamEvent)}\n`)
  }
  let begun = false
  const tell = (bodies: readonly Body[]) => {
    if (!begun) line({ message: `groundcrew ${version}`, type: 'version', groundcrew: version, ui: FORMAT })
    begun = true
    bodies.forEach(line)
  }
  return {
    plan: (plan) => tell(planEvents(plan)),
    drift: (report) => tell(driftEvents(report)),
    event: (event) => tell([applyEvent(event)]),
    applied: (applied) => tell(appliedEvents(applied)),
    watch: (event) => tell(watchEvents(event)),
    problems: (problems) => tell(problems.map(diagnostic)),
    note: (message, level = 'info') => tell([{ level, message, type: 'log' }]),
  }
}
