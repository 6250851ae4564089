import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { streamLines } from '../../../support/jsonEvents.ts'

test('the first line, and only it, is the version of the stream', () => {
  assert.equal(
    streamLines((report) => {
      report.note('one')
      report.note('two', 'warn')
    }),
    [
      '{"@level":"info","@message":"groundcrew 0.1.0","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"version","groundcrew":"0.1.0","ui":"1.0"}',
      '{"@level":"info","@message":"one","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"log"}',
      '{"@level":"warn","@message":"two","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"log"}',
    ],
  )
})

test.run()
