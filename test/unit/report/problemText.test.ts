import { stripVTControlCharacters } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COLORED } from '../../../src/report/format/style.ts'
import { renderProblems } from '../../../src/report/problemText.ts'

const unknown = {
  code: 'file/unknown-key',
  summary: '"serverDomian" is not known at the top level.',
  at: { file: 'desired-state.yaml', line: 2, col: 1 },
  remedy: 'Did you mean "serverDomain"?',
}
const refused = {
  code: 'minio/refused-connection',
  summary: 'MinIO at https://minio.example.com refuses connections.',
  detail: 'It was asked for its buckets.\nNothing listens on port 443.',
  remedy: 'Check that it runs:\ncurl https://minio.example.com/minio/health/live',
}

test('problems are paragraphs: what is wrong, where, how to fix it', () => {
  assert.fixture(
    renderProblems([unknown, refused]),
    `Error: "serverDomian" is not known at the top level.
  on desired-state.yaml:2:1 (file/unknown-key)
  Fix: Did you mean "serverDomain"?

Error: MinIO at https://minio.example.com refuses connections.
  (minio/refused-connection)
  It was asked for its buckets.
  Nothing listens on port 443.
  Fix: Check that it runs:
       curl https://minio.example.com/minio/health/live

2 errors.
`,
  )
})

test('warnings are marked as such', () => {
  assert.match(renderProblems([unknown], undefined, 'Warning'), /^Warning: /)
})

test('colours do not change the text', () => {
  assert.is(stripVTControlCharacters(renderProblems([unknown, refused], COLORED)), renderProblems([unknown, refused]))
})

test.run()
