import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DriftReport } from '../../../../src/plan/drift.ts'
import { driftHtml } from '../../../../src/report/drift/driftHtml.ts'
import { driftMarkdown } from '../../../../src/report/drift/driftMarkdown.ts'
import { driftPrometheus } from '../../../../src/report/drift/driftPrometheus.ts'
import { address } from '../../../../src/values/address.ts'
import { drifted, settled } from '../../../support/driftReports.ts'

const AT = '2026-11-24T12:00:00Z'
const HOSTILE = '<script>alert(1)</script> | `x` & "y"'
const hostile: DriftReport = {
  ...settled,
  lastApply: { at: AT, who: HOSTILE },
  drifted: [
    {
      address: address('bucket', 'spacelift-states'),
      is: 'changed',
      fields: [{ pointer: '/policy', applied: 'none', live: HOSTILE, class: 'repaired' }],
      keysUnknown: false,
    },
  ],
}

test('as Markdown: a heading, a table per resource, unchecked resources', () => {
  assert.is(
    driftMarkdown(drifted, AT),
    `### Drift: 3 of 17 resources are not as applied.

Checked 2026-11-24 12:00 UTC. Last applied 2026-11-23 09:00 UTC by alice@jump1.

**\`bucket/spacelift-states\`**

| field | applied → live | class | |
|---|---|---|---|
| \`versioning\` | \`enabled\` → \`off\` | repaired | author unknown |
| \`quota\` | \`none\` → \`1000 bytes\` | reported | reported only. When it is full, Spacelift can no longer write. |
| \`policy\` | \`none\` → \`"anybody reads"\` | repaired | author unknown |

**\`bucket/spacelift-deliveries\`**: deleted outside groundcrew.

**\`secret/spacelift/spacelift-server\`**

| field | applied → live | class | |
|---|---|---|---|
| \`keys.ADMIN_PASSWORD\` | \`(hidden)\` → \`(hidden)\` | repaired | by kubectl-edit at 2026-11-24 10:00 UTC |
| \`keys.EXTRA\` | \`(absent)\` → \`(hidden)\` | accepted | accepted until 2027-01-31: ticket 4711 |
| \`keys.ADMIN_USERNAME\` | \`(hidden)\` → \`(removed)\` | repaired | author unknown |

Other values may have changed: they cannot be compared, because the encryption key was replaced.

**Not checked**

- \`image/backend\`: MinIO is away. Wait for it.

Skipped with --skip: \`image/launcher\`.
`,
  )
})

test('a report without drift is short in every form', () => {
  assert.match(driftMarkdown(settled, AT), /^### No drift\. All 18 resources are as applied\.\n\nChecked .*\n$/)
  const page = driftHtml(settled, AT, 'Spacelift')
  assert.match(page, /class="verdict good">No drift\. All 18 resources are as applied\./)
  assert.not.match(page, /<section>/)
})

test('values from servers are escaped in the page, the table and the metric', () => {
  const page = driftHtml(hostile, AT, HOSTILE)
  assert.not.match(page, /<script/i)
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
  const rows = driftMarkdown(hostile, AT)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  assert.equal(
    rows.map((row) => row.replaceAll('\\|', '').split('|').length),
    [6],
  )
  assert.not.match(driftMarkdown(hostile, AT).split('\n')[2] ?? '', /<script>/)
})

test('the page is self-contained, and forbids the browser to load anything', () => {
  const page = driftHtml(drifted, AT, 'Spacelift at spacelift.example.com')
  assert.match(page, /Content-Security-Policy" content="default-src 'none'/)
  assert.not.match(page, /\b(src|href)=|url\(|@import/)
  assert.not.match(page, /[0-9a-f]{64}/)
  assert.match(page, /<html lang="en">/)
})

test('as Prometheus metrics: no timestamps, an incomplete check keeps the last success', () => {
  const whole = driftPrometheus({ ...drifted, unchecked: [] }, 1_000, '', '0.1.0')
  const incomplete = driftPrometheus(drifted, 2_000, whole, '0.1.0')
  const valuesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(valuesOf(whole), [
    'groundcrew_build_info{version="0.1.0"} 1',
    'groundcrew_drift_resources{state="as_applied"} 14',
    'groundcrew_drift_resources{state="drifted"} 3',
    'groundcrew_drift_resources{state="reported_only"} 0',
    'groundcrew_drift_resources{state="accepted"} 0',
    'groundcrew_drift_resources{state="unchecked"} 0',
    'groundcrew_drift_resources{state="skipped"} 1',
    'groundcrew_drift_resource{address="bucket/spacelift-states"} 1',
    'groundcrew_drift_resource{address="bucket/spacelift-deliveries"} 1',
    'groundcrew_drift_resource{address="secret/spacelift/spacelift-server"} 1',
    'groundcrew_drift_incomplete 0',
    'groundcrew_drift_last_run_timestamp_seconds 1000',
    'groundcrew_drift_last_success_timestamp_seconds 1000',
  ])
  assert.equal(valuesOf(incomplete).slice(-3), [
    'groundcrew_drift_incomplete 1',
    'groundcrew_drift_last_run_timestamp_seconds 2000',
    'groundcrew_drift_last_success_timestamp_seconds 1000',
  ])
  for (const line of valuesOf(whole)) assert.match(line, /^[a-z_]+(\{[a-z_]+="[^"]*"\})? \d+$/)
})

test.run()
