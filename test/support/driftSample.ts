import type { DriftReport } from '../../src/plan/drift.ts'
import { address } from '../../src/values/address.ts'

/** A report with one example of everything it can contain, including long names and texts. */
export const EVERYTHING: DriftReport = {
  comparedWith: 'state',
  lastApply: { at: '2026-11-20T06:58:03.120Z', who: 'maria@jump-01' },
  checked: 17,
  drifted: [
    {
      address: address('bucket', 'spacelift-run-logs'),
      is: 'changed',
      keysUnknown: false,
      since: '2026-11-22T07:00:04.000Z',
      fields: [
        { pointer: '/versioning/status', applied: 'Enabled', live: 'Suspended', class: 'repaired', since: '2026-11-22T07:00:04.000Z' },
        {
          pointer: '/quota',
          applied: 'none',
          live: '1 GiB',
          class: 'reported',
          note: 'When it is full, Spacelift can no longer write. groundcrew never changes it; check it: mc quota info ALIAS/spacelift-run-logs',
        },
        {
          pointer: '/rules/all objects/expireAfterDays',
          applied: 60,
          live: 90,
          class: 'accepted',
          acceptance: { resource: 'bucket/spacelift-run-logs', field: 'rules', reason: 'legal hold, TICKET-123', until: '2027-01-31' },
        },
      ],
    },
    {
      address: address('release', 'spacelift', 'spacelift'),
      is: 'changed',
      objects: { below: '/objects', marker: '/apiVersion', undeclared: 'not in the chart' },
      keysUnknown: true,
      fields: [
        {
          pointer: '/objects/apps~1Deployment~1spacelift-server/spec/template/spec/containers/server/env/HTTPS_PROXY/value',
          applied: 'http://proxy.internal.example.com:3128/with/a/rather/long/path/that/does/not/end',
          live: '<script>alert(1)</script>',
          by: { manager: 'kubectl-edit', time: '2026-11-22T23:14:09Z' },
          class: 'repaired',
        },
      ],
    },
    { address: address('bucket', 'spacelift-modules'), is: 'gone', keysUnknown: false, fields: [] },
  ],
  unchecked: [
    {
      address: address('image', 'registry.example.com/spacelift/backend'),
      why: { code: 'x', summary: 'The registry does not respond (ECONNREFUSED).', remedy: 'Check that it is running.' },
    },
  ],
  skipped: [address('secret', 'spacelift/spacelift-drain')],
  findings: [
    {
      address: address('bucket', 'spacelift-policy-inputs'),
      code: 'bucket/noncurrent',
      summary: 'Noncurrent versions stay forever.',
      remedy: 'Set objectStorage.buckets.policy-inputs.noncurrentDays.',
    },
  ],
  problems: [{ code: 'y', summary: 'MinIO is starting (https://minio.example.com, HTTP 503).', remedy: 'Try again in a minute.' }],
}
