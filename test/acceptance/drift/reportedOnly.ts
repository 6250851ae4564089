import { expectExit, expectSame, expectText, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import { told } from './driftOf.ts'
import { notification, replication } from './exfiltration.ts'

/** Something that drift tells and nobody undoes. */
export type ReportedOnly = {
  name: string
  address: string
  /** What the field's name begins with. */
  field: string
  change(site: LabInstallation): Promise<unknown>
  undo(site: LabInstallation): Promise<unknown>
}

const quota: ReportedOnly = {
  name: 'a quota',
  address: 'bucket/spacelift-run-logs',
  field: 'quota',
  change: (site) => site.mc('quota', 'set', 'lab/spacelift-run-logs', '--size', '1GiB'),
  undo: (site) => site.mc('quota', 'clear', 'lab/spacelift-run-logs'),
}

const objectLock: ReportedOnly = {
  name: 'made anew with object lock',
  address: 'bucket/spacelift-states',
  field: 'objectLock',
  change: async (site) => {
    await site.mc('rb', '--force', 'lab/spacelift-states')
    await site.mc('mb', '--with-lock', 'lab/spacelift-states')
  },
  undo: async (site) => {
    await site.mc('rb', '--force', 'lab/spacelift-states')
    expectExit(await site.apply(), 0)
  },
}

const sidecars: ReportedOnly = {
  name: "somebody else's label that puts a proxy into every pod",
  address: 'namespace/spacelift',
  field: 'labels.istio-injection',
  change: (site) => site.kubectl('label', 'namespace', 'spacelift', 'istio-injection=enabled'),
  undo: (site) => site.kubectl('label', 'namespace', 'spacelift', 'istio-injection-'),
}

const podSecurity: ReportedOnly = {
  name: "somebody else's label that says which pods may start",
  address: 'namespace/spacelift',
  field: 'labels[pod-security.kubernetes.io/warn]',
  change: (site) => site.kubectl('label', 'namespace', 'spacelift', 'pod-security.kubernetes.io/warn=restricted'),
  undo: (site) => site.kubectl('label', 'namespace', 'spacelift', 'pod-security.kubernetes.io/warn-'),
}

/** Drift tells it and ends with 2, apply leaves it, and it is nothing that a plan would change. */
export async function reportedOnly(report: Report, site: LabInstallation): Promise<void> {
  for (const one of [quota, objectLock, notification, replication, sidecars, podSecurity]) await isReported(report, site, one)
  await report.line('namespace/spacelift: a label that is bookkeeping: no drift', async () => {
    await site.kubectl('label', 'namespace', 'spacelift', 'team=platform')
    expectExit(await site.groundcrew(['drift']), 0)
    return undefined
  })
}

async function isReported(report: Report, site: LabInstallation, { name, address, field, change, undo }: ReportedOnly): Promise<void> {
  await report.line(`${address}: ${name}: reported only, exit 2; apply leaves it, and the plan is empty`, async () => {
    try {
      await change(site)
      const before = await told(site, address)
      const own = before.fields.find((one) => one.field.startsWith(field))
      expectSame(own?.class, 'reported')
      expectExit(await site.apply(), 0)
      expectSame((await told(site, address)).fields, [own])
      expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
      return own?.field
    } finally {
      await undo(site)
    }
  })
}
