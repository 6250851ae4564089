import type { DriftReport } from '../../src/plan/drift.ts'
import { address } from '../../src/values/address.ts'

const fingerprint = (digit: string) => `aaaaaaaa:${digit.repeat(64)}`
export const by = { manager: 'kubectl-edit', time: '2026-11-24T10:00:00Z' }
const acceptance = { resource: 'secret/spacelift/spacelift-server', field: 'keys.EXTRA', reason: 'ticket 4711', until: '2027-01-31' }
export const why = { code: 'minio/away', summary: 'MinIO is away.', remedy: 'Wait for it.' }

/** A report without drift. */
export const settled: DriftReport = {
  comparedWith: 'state',
  lastApply: { at: '2026-11-23T09:00:00Z', who: 'alice@jump1' },
  checked: 18,
  drifted: [],
  unchecked: [],
  skipped: [],
  findings: [],
  problems: [],
}

/** A report with one example of everything it can contain. */
export const drifted: DriftReport = {
  ...settled,
  checked: 17,
  drifted: [
    {
      address: address('bucket', 'spacelift-states'),
      is: 'changed',
      fields: [
        { pointer: '/versioning', applied: 'enabled', live: 'off', class: 'repaired' },
        {
          pointer: '/quota',
          applied: 'none',
          live: '1000 bytes',
          class: 'reported',
          note: 'When it is full, Spacelift can no longer write.',
        },
        { pointer: '/policy', applied: 'none', live: 'anybody reads', class: 'repaired' },
      ],
      keysUnknown: false,
    },
    { address: address('bucket', 'spacelift-deliveries'), is: 'gone', fields: [], keysUnknown: false },
    {
      address: address('secret', 'spacelift', 'spacelift-server'),
      is: 'changed',
      fields: [
        { pointer: '/keys/ADMIN_PASSWORD', applied: fingerprint('1'), live: fingerprint('2'), by, class: 'repaired' },
        { pointer: '/keys/EXTRA', applied: undefined, live: fingerprint('3'), by, class: 'accepted', acceptance },
        { pointer: '/keys/ADMIN_USERNAME', applied: fingerprint('4'), live: undefined, class: 'repaired' },
      ],
      keysUnknown: true,
    },
  ],
  unchecked: [{ address: address('image', 'backend'), why }],
  skipped: [address('image', 'launcher')],
}
