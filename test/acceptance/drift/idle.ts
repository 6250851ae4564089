import { expectExit, expectText, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'

/** An acceptance that lets nothing be is told with its place, and is no drift. */
export async function idle(report: Report, site: LabInstallation): Promise<void> {
  const entry = (resource: string, field: string) => ({ resource, field, reason: 'r', until: '2999-01-31' })
  for (const [resource, field, says] of [
    ['bucket/spacelift-run-log', 'versioning', 'Did you mean bucket/spacelift-run-logs?'],
    ['bucket/spacelift-run-logs', 'versioning', 'It is as it was applied: take the entry out.'],
  ] as const)
    await report.line(`an acceptance of ${field} of ${resource}, which does not differ: told with its place, exit 0`, async () => {
      const file = await site.withEdits('idle', (it) => it.setIn(['drift'], { accept: [entry(resource, field)] }))
      const { stdout } = expectExit(await site.groundcrew(['drift', '-f', file]), 0)
      expectText(stdout, /drift\.accept at \S*idle\.yaml:\d+:\d+ accepts versioning, which does not differ/)
      expectText(stdout, says)
      return /\S*idle\.yaml:\d+:\d+/.exec(stdout)?.[0].split('/').at(-1)
    })
}
