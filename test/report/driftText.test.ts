import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { driftJson } from '../../src/report/driftJson.ts'
import { driftText } from '../../src/report/driftText.ts'
import { PLAIN } from '../../src/report/style.ts'
import { by, drifted, settled, why } from '../support/driftReports.ts'

test('a settled installation in one line', () => {
  assert.is(driftText(settled, PLAIN), 'No drift. All 18 resources are as applied. Last applied 2026-11-23T09:00:00Z by alice@jump1.')
})

test('what changed, what is gone, what was not looked at', () => {
  assert.is(
    `${driftText(drifted, PLAIN)}\n`,
    `  ~ bucket/spacelift-states
      ~ versioning  enabled -> off  # the server does not say by whom
      ! quota       none -> 1000 bytes  # reported only. When it is full, Spacelift can no longer write.
      ~ policy      none -> "anybody reads"  # the server does not say by whom

  ~ secret/spacelift/spacelift-server
      ~ keys.ADMIN_PASSWORD  (changed, values hidden)  # by kubectl-edit at 2026-11-24T10:00:00Z
      . keys.EXTRA           (added, value hidden)  # accepted until 2027-01-31: ticket 4711
      - keys.ADMIN_USERNAME  (removed, value hidden)  # the server does not say by whom
      ~ other values may have changed as well: the encryption key that compares them is another one

  - bucket/spacelift-deliveries  (gone)

Drift: 3 of 17 resources are not as applied. Last applied 2026-11-23T09:00:00Z by alice@jump1. groundcrew plan shows what would repair them.
Left out by choice: 1.
  ? image/launcher
Not checked: 1.
  ? image/backend
`,
  )
})

test('where not all was looked at, not all is said to be as applied', () => {
  const { unchecked } = drifted
  assert.match(driftText({ ...settled, unchecked }, PLAIN), /No drift\. The 18 resources that were checked are as applied\./)
  assert.not.match(driftText({ ...settled, checked: 0, unchecked }, PLAIN), /No drift/)
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
