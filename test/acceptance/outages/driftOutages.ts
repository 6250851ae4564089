import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { expectProblem } from '../support/output.ts'
import type { Check, Report } from '../support/report.ts'
import { type Fault, faults } from './faults.ts'

/** What is drifted and what is not looked at, a layer each, as the report has it. */
const LAYERS: Record<Fault['server'], { readonly drifted: RegExp; readonly unchecked: RegExp }> = {
  'API server': { drifted: /^ {2}~ secret\/spacelift\/spacelift-server\b/m, unchecked: /^ {2}\? secret\/spacelift\/spacelift-server$/m },
  MinIO: { drifted: /^ {2}~ bucket\/spacelift-states\b/m, unchecked: /^ {2}\? bucket\/spacelift-states$/m },
  registry: { drifted: /^ {2}- image\/launcher\b/m, unchecked: /^ {2}\? image\/launcher$/m },
}

export const driftOutages: Check = {
  name: 'driftOutages',
  about: 'each server away, in every way, during drift: exit 1, what was not checked is named, the drift of the others is reported',
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    await drifted(site)
    const all = (await faults(site)).filter((fault) => !isElsewhere(fault))
    for (const fault of isQuick ? all.filter(({ name }) => name === 'refused connection') : all) await tellsTheRest(report, site, fault)
    await report.line('with all of them there again: exit 2, all of it', async () => {
      const { stdout } = expectExit(await site.groundcrew(['drift']), 2)
      for (const { drifted: one } of Object.values(LAYERS)) expectText(stdout, one)
      return undefined
    })
  },
}

/** Another registry in the file: drift looks where the last apply pushed, whatever the file says now. */
function isElsewhere({ server, name }: Fault): boolean {
  return server === 'registry' && (name === 'missing right' || name === 'silent after the handshake')
}

/** Something in each layer. */
async function drifted(site: LabInstallation): Promise<void> {
  await site.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', '--type=merge', '-p', '{"stringData":{"EXTRA":"x"}}')
  await site.mc('version', 'suspend', 'lab/spacelift-states')
  await site.client('skopeo', 'delete', `docker://${site.image('launcher')}`)
}

async function tellsTheRest(report: Report, site: LabInstallation, fault: Fault): Promise<void> {
  const { server, name, says } = fault
  const options = await fault.begin()
  try {
    await report.line(`${server}, ${name}`, async () => {
      const ran = await site.groundcrew(['drift', '--lock-timeout', '0s', ...(options.flags ?? [])], { env: options.env ?? {} })
      expectProblem(ran, says)
      for (const [other, { drifted: told, unchecked }] of Object.entries(LAYERS))
        expectText(ran.stdout, other === server ? unchecked : told)
      return ran.stderr.split('\n')[0]
    })
  } finally {
    await fault.end?.()
  }
}
