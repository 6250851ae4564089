import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../../support/installation.ts'
import { expectEmptyPlan } from '../restarts/applyWithRestarts.ts'
import { chartWith, fileWith } from './fixtures.ts'

const CLAIM = ['pvc', 'database', '-n', 'spacelift'] as const
const DEFINITION = ['crd', 'stores.example.com'] as const
const STORAGE = { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand' }
const RELEASE = 'release/spacelift/spacelift'

const objects = {
  claim: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'database' },
    spec: { ...STORAGE, resources: { requests: { storage: '1Gi' } } },
  },
  definition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'stores.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'stores', kind: 'Store' } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
}

let file: string

const test = acceptance('an upgrade whose chart no longer has a PersistentVolumeClaim and a CustomResourceDefinition', async () => {
  const installation = await LabInstallation.open()
  file = await fileWith(installation, 'with-data', { path: './with-data' })
  await createVolume(installation)
  await chartWith(installation, 'with-data', '0.7.0', objects)
  expectExit(await installation.apply('-f', file), 0)
  await chartWith(installation, 'with-data', '0.8.0')
  return installation
})

test.full('data at risk is shown, and the apply is refused', async (installation) => {
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, /Data at risk:[\s\S]*PersistentVolumeClaim\/database is deleted, with all data in it/)
  expectText(stdout, /CustomResourceDefinition\/stores\.example\.com is deleted, with all data in it/)
  expectExit(await installation.apply('-f', file), 1)
  await installation.kubectl('get', ...CLAIM)
  return /Refused: .*/.exec(stdout)?.[0] ?? ''
})

test.full('with helm.sh/resource-policy=keep: no data at risk, and both exist after the apply', async (installation) => {
  for (const object of [CLAIM, DEFINITION]) await installation.kubectl('annotate', ...object, 'helm.sh/resource-policy=keep')
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, 'Data at risk: none.')
  expectText(stdout, /PersistentVolumeClaim\/database is no longer in the chart and is kept/)
  expectExit(await installation.apply('-f', file), 0)
  for (const object of [CLAIM, DEFINITION]) await installation.kubectl('get', ...object)
  return expectEmptyPlan(installation, file)
})

test.full(`--accept-data-loss ${RELEASE} deletes them`, async (installation) => {
  await chartWith(installation, 'with-data', '0.9.0', objects)
  for (const object of [CLAIM, DEFINITION]) await installation.kubectl('annotate', ...object, 'helm.sh/resource-policy-')
  expectExit(await installation.apply('-f', file), 0)
  await chartWith(installation, 'with-data', '0.10.0')
  expectExit(await installation.apply('-f', file, '--accept-data-loss', RELEASE), 0)
  const deleted = await installation.kubectl('get', ...CLAIM, '--ignore-not-found', '-o', 'jsonpath={.metadata.deletionTimestamp}')
  return deleted === '' ? 'deleted' : 'being deleted'
})

test.run()

/** A claim becomes ready only with a volume, and the lab has no provisioner. */
async function createVolume(installation: LabInstallation): Promise<void> {
  const spec = { ...STORAGE, capacity: { storage: '1Gi' }, hostPath: { path: '/nowhere' } }
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'volume' }, spec }
  await installation.kubectl('create', '-f', await installation.write('volume.json', JSON.stringify(volume)))
}
