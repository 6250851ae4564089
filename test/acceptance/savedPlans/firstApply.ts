import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'

/** A plan of the very first apply has no state to hold on to: the servers alone tell whether it still holds. */
export async function firstApply(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  await using other = await LabInstallation.open()
  const path = join(site.folder, 'first.plan')
  expectExit(await site.groundcrew(['plan', '-out', path]), 0)
  await report.line('refused before another cluster', async () => {
    const kubeconfig = parse(await readFile(other.lab.env.KUBECONFIG ?? '', 'utf8')) as { contexts: [{ name: string }] }
    kubeconfig.contexts[0].name = site.lab.description.context
    const flags = ['--kubeconfig', await site.write('kubeconfig-other', stringify(kubeconfig))]
    expectText(expectExit(await site.groundcrew(['apply', path, ...flags]), 1).stderr, /Changed since it was made: the cluster\./)
    return undefined
  })
  await report.line('refused once its namespace is there', async () => {
    await site.kubectl('create', 'namespace', 'spacelift')
    const why = /Changed since it was made: namespace\/spacelift as it is on the server\./
    expectText(expectExit(await site.groundcrew(['apply', path]), 1).stderr, why)
    await site.kubectl('delete', 'namespace', 'spacelift', '--wait=true')
    return undefined
  })
  await report.line('applied once; by another host without a state it is refused', async () => {
    expectExit(await site.groundcrew(['apply', path]), 0)
    const elsewhere = ['--state', join(site.lab.dir, 'state-elsewhere')]
    expectText(expectExit(await site.groundcrew(['apply', path, ...elsewhere]), 1).stderr, /as it is on the server/)
    return undefined
  })
}
