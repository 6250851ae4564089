import { Validator } from '@cfworker/json-schema'
import * as assert from 'uvu/assert'
import * as z from 'zod'
import { type StreamEvent, streamEvent } from '../../src/report/json/eventSchema.ts'

const validator = new Validator(z.toJSONSchema(streamEvent, { target: 'draft-07', io: 'output' }) as object, '7', false)

/** The events of a `--json` stream; checks that each is valid and the first is the version. */
export function readStream(text: string): StreamEvent[] {
  const lines = text.split('\n')
  assert.is(lines.pop(), '', 'the last line is whole')
  const events = lines.map((line) => valid(JSON.parse(line)))
  assert.equal(
    events.flatMap(({ type }, i) => (type === 'version' ? [i] : [])),
    [0],
    'one version, and first',
  )
  return events
}

function valid(event: unknown): StreamEvent {
  const { valid, errors } = validator.validate(event)
  assert.ok(valid, `${JSON.stringify(event)}\n${errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`).join('\n')}`)
  return event as StreamEvent
}
