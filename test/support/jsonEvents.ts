import { type Edit, NO_IMPACT } from '../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../src/plan/plan.ts'
import { jsonReporter } from '../../src/report/json/jsonReporter.ts'
import type { Reporter } from '../../src/report/reporter.ts'
import { address } from '../../src/values/address.ts'
import { FakeClock } from './fakeClock.ts'
import { readStream } from './stream.ts'

export const refused = { code: 'minio/refused-connection', summary: 'MinIO refuses the connection.', remedy: 'Check that it is running.' }
export const states = address('bucket', 'spacelift-states')
export const shared = address('secret', 'spacelift', 'spacelift-shared')

/** The lines of the reported stream, each validated. */
export function streamLines(report: (reporter: Reporter) => void): string[] {
  let text = ''
  const clock = new FakeClock()
  report(jsonReporter({ write: (line) => (text += line), now: () => clock.now(), version: '0.1.0' }))
  readStream(text)
  return text.trimEnd().split('\n')
}

/** The reported events after the version, without the fields that are equal in every line. */
export function reportedEvents(report: (reporter: Reporter) => void) {
  return streamLines(report)
    .slice(1)
    .map((line) => {
      const { '@module': _, '@timestamp': __, ...event } = JSON.parse(line)
      return event
    })
}

export function planOf(...changes: readonly PlannedChange[]): Plan {
  return { changes, findings: [], problems: [], uncheckedCount: 0 }
}

export function changeOf(changeAddress: PlannedChange['address'], action: PlannedChange['action'], edits: readonly Edit[]): PlannedChange {
  return { address: changeAddress, action, edits, impact: NO_IMPACT, after: [] }
}

export function edit(pointer: string, from: Edit['from'], to: Edit['to'], more: Partial<Edit> = {}): Edit {
  return { pointer, from, to, cause: 'unexplained', ...more }
}
