import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DriftedResource } from '../../../../src/plan/drift.ts'
import { driftHtml } from '../../../../src/report/drift/driftHtml.ts'
import { driftJson } from '../../../../src/report/drift/driftJson.ts'
import { driftMarkdown } from '../../../../src/report/drift/driftMarkdown.ts'
import { driftText } from '../../../../src/report/drift/driftText.ts'
import { PLAIN } from '../../../../src/report/format/style.ts'
import { address } from '../../../../src/values/address.ts'
import { by, drifted, settled, why } from '../../../support/driftReports.ts'

const AT = '2026-11-24T12:00:00Z'

test('a report without drift is one line', () => {
  assert.is(driftText(settled, PLAIN), 'No drift. All 18 resources are as applied. Last applied 2026-11-23T09:00:00Z by alice@jump1.')
})

test('changed, deleted, skipped and unchecked resources', () => {
  assert.is(
    `${driftText(drifted, PLAIN)}\n`,
    `  ~ bucket/spacelift-states
      ~ versioning  enabled -> off  # author unknown
      ! quota       none -> 1000 bytes  # reported only. When it is full, Spacelift can no longer write.
      ~ policy      none -> "anybody reads"  # author unknown

  ~ secret/spacelift/spacelift-server
      ~ keys.ADMIN_PASSWORD  (changed, values hidden)  # by kubectl-edit at 2026-11-24T10:00:00Z
      . keys.EXTRA           (added, value hidden)  # accepted until 2027-01-31: ticket 4711
      - keys.ADMIN_USERNAME  (removed, value hidden)  # author unknown
      ~ other values may have changed as well: they cannot be compared, because the encryption key was replaced

  - bucket/spacelift-deliveries  (deleted outside groundcrew)

Drift: 3 of 17 resources are not as applied. Last applied 2026-11-23T09:00:00Z by alice@jump1. groundcrew plan shows how they will be repaired.
Skipped with --skip: 1.
  ? image/launcher
Not checked: 1.
  ? image/backend
`,
  )
})

test('an incomplete check does not claim that all resources are as applied', () => {
  const { unchecked } = drifted
  assert.match(driftText({ ...settled, unchecked }, PLAIN), /No drift\. The 18 resources that were checked are as applied\./)
  assert.not.match(driftText({ ...settled, checked: 0, unchecked }, PLAIN), /No drift/)
})

test('outdated readers are repaired in every form of the report, and the secret itself is as applied', () => {
  const field = {
    pointer: '/readers/spacelift-server',
    applied: 'up to date',
    live: 'runs with an outdated secret; restart pending',
    class: 'repaired' as const,
  }
  const note = 'Its pods started while the secret held other values. An apply restarts them.'
  const read: DriftedResource = {
    address: address('secret', 'spacelift', 'spacelift-server'),
    is: 'changed',
    fields: [{ ...field, note }],
    keysUnknown: false,
  }
  const only = { ...settled, drifted: [read] }
  assert.match(driftText(only, PLAIN), '~ readers.spacelift-server  runs with an outdated secret; restart pending  #')
  for (const text of [driftText(only, PLAIN), driftMarkdown(only, AT), driftHtml(only, AT, 'Drift')]) {
    assert.match(text, 'Drift: pods that read 1 of 18 resources run with outdated values.')
    assert.match(text, 'Its pods started while the secret held other values. An apply restarts them')
    assert.not.match(text, 'reported only')
    assert.not.match(text, 'not as applied')
  }
  const both = driftText({ ...drifted, drifted: [...drifted.drifted, read] }, PLAIN)
  assert.match(both, 'Drift: 3 of 17 resources are not as applied; pods that read 1 more run with outdated values.')
  const later = driftText({ ...only, drifted: [{ ...read, fields: [{ ...field, note, since: AT }] }] }, PLAIN)
  assert.match(later, `An apply restarts them, since ${AT}`)
})

test('as JSON: one document, no fingerprint in it', () => {
  const text = driftJson(drifted, '2026-11-24T12:00:00Z')
  const document = JSON.parse(text)
  assert.equal([document.format, document.at, document.checked], [1, '2026-11-24T12:00:00Z', 17])
  assert.equal(document.drifted[2].fields[1], {
    field: 'keys.EXTRA',
    pointer: '/keys/EXTRA',
    class: 'accepted',
    hidden: true,
    found: '(hidden)',
    by,
    accepted: { reason: 'ticket 4711', until: '2027-01-31' },
  })
  assert.equal(document.unchecked, [{ address: 'image/backend', why }])
  assert.not.match(text, /[0-9a-f]{64}/)
})

test.run()
