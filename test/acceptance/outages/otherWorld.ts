import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { writes } from '../../../scripts/lab/index.ts'
import { LabInstallation } from '../support/installation.ts'
import { expectProblemWithoutPlan } from '../support/output.ts'
import type { Report } from '../support/report.ts'

const otherWorld = /another world/i

/** The same file and state, in front of a cluster or an object store that is not the one they were applied to. */
export async function otherWorlds(report: Report, site: LabInstallation): Promise<void> {
  await using empty = await LabInstallation.open()
  const stop = await empty.lab.record()
  const kubeconfig = parse(await readFile(empty.lab.env.KUBECONFIG ?? '', 'utf8')) as { contexts: [{ name: string }] }
  // The context keeps the name that the file knows: nothing but the cluster's own identity can tell.
  kubeconfig.contexts[0].name = site.lab.description.context
  const flags = ['--kubeconfig', await site.write('kubeconfig-other', stringify(kubeconfig))]
  const minio = await site.withEdits('other-minio', (it) => {
    it.setIn(['objectStorage', 'endpoint'], empty.lab.env.MINIO_ENDPOINT)
    it.setIn(['objectStorage', 'caFile'], `${empty.folder}/ca.pem`)
    for (const key of ['accessKey', 'secretKey'])
      it.setIn(['objectStorage', 'admin', key, 'file'], `${empty.folder}/minio-${key === 'accessKey' ? 'access' : 'secret'}-key`)
  })
  for (const command of [['plan'], ['apply', '--auto-approve']]) {
    await report.line(`an empty second cluster under the same state: ${command[0]} refuses it as another world`, async () => {
      expectProblemWithoutPlan(await site.groundcrew([...command, ...flags]), otherWorld)
      return undefined
    })
    await report.line(`an empty second object store under the same state: ${command[0]} refuses it as another world`, async () => {
      expectProblemWithoutPlan(await site.groundcrew([...command, '-f', minio]), otherWorld)
      return undefined
    })
  }
  await report.line('nothing was written to either', async () => {
    const { kubernetes, minio: store, registry } = await stop()
    const written = [kubernetes, store, registry].flatMap(writes)
    if (written.length > 0) throw new Error(written.map(({ method, path }) => `${method} ${path}`).join('\n'))
    return `${kubernetes.length + store.length} reads`
  })
}
