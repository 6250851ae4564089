import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { type Recording, writes } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { LabInstallation } from '../support/installation.ts'
import { expectProblemWithoutPlan } from '../support/output.ts'

const test = acceptance('another cluster or object store behind the same file and state is refused', open)

/** The context keeps the name in the file: only the cluster's own identity shows that it is another one. */
async function otherCluster({ installation, empty }: Shared): Promise<string[]> {
  const kubeconfig = parse(await readFile(empty.lab.env.KUBECONFIG ?? '', 'utf8')) as { contexts: [{ name: string }] }
  kubeconfig.contexts[0].name = installation.lab.description.context
  return ['--kubeconfig', await installation.write('kubeconfig-other', stringify(kubeconfig))]
}

async function otherObjectStore({ installation, empty }: Shared): Promise<string[]> {
  const file = await installation.withEdits('other-minio', (document) => {
    document.setIn(['objectStorage', 'endpoint'], empty.lab.env.MINIO_ENDPOINT)
    document.setIn(['objectStorage', 'caFile'], `${empty.folder}/ca.pem`)
    document.setIn(['objectStorage', 'admin', 'accessKey', 'file'], `${empty.folder}/minio-access-key`)
    document.setIn(['objectStorage', 'admin', 'secretKey', 'file'], `${empty.folder}/minio-secret-key`)
  })
  return ['-f', file]
}

for (const command of [['plan'], ['apply', '--auto-approve']])
  for (const [name, flags] of Object.entries({ cluster: otherCluster, 'object store': otherObjectStore }))
    test.full(`${command[0]} refuses an empty other ${name}`, async (shared) => {
      expectProblemWithoutPlan(
        await shared.installation.groundcrew([...command, ...(await flags(shared))]),
        /not the cluster or object store that the state was recorded for/,
      )
    })

test.full('nothing was written to either', async ({ stop }) => {
  const { kubernetes, minio, registry } = await stop()
  const written = [kubernetes, minio, registry].flatMap(writes)
  if (written.length > 0) throw new Error(written.map(({ method, path }) => `${method} ${path}`).join('\n'))
  return `${kubernetes.length + minio.length} reads`
})

type Shared = AsyncDisposable & { installation: LabInstallation; empty: LabInstallation; stop: Recording }

async function open(): Promise<Shared> {
  const installation = await LabInstallation.applied()
  const empty = await LabInstallation.open()
  const dispose = async () => {
    await installation[Symbol.asyncDispose]()
    await empty[Symbol.asyncDispose]()
  }
  return { installation, empty, stop: await empty.lab.record(), [Symbol.asyncDispose]: dispose }
}

test.run()
