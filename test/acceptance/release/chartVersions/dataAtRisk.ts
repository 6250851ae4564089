import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { chartWith, fileWith } from './fixtures.ts'

const CLAIM = 'database'
const SPEC = { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand' }
const RELEASE = 'release/spacelift/spacelift'

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: CLAIM },
  spec: { ...SPEC, resources: { requests: { storage: '1Gi' } } },
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'stores.example.com' },
  spec: {
    ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'stores', kind: 'Store' } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
}

export async function dataAtRisk(report: Report, installation: LabInstallation): Promise<void> {
  const file = await fileWith(installation, 'holding', { path: './holding' })
  await volume(installation, 'one')
  await chartWith(installation, 'holding', '0.7.0', { claim, definition })
  expectExit(await installation.apply('-f', file), 0)
  await chartWith(installation, 'holding', '0.8.0')
  await report.line('an upgrade that drops a claim and a CRD: data at risk, refused', async () => {
    const { stdout } = expectExit(await installation.plan('-f', file), 2)
    expectText(stdout, /Data at risk:[\s\S]*PersistentVolumeClaim\/database is deleted, with all that is in it/)
    expectText(stdout, /CustomResourceDefinition\/stores\.example\.com is deleted, with all that is in it/)
    expectExit(await installation.apply('-f', file), 1)
    await installation.kubectl('get', 'pvc', CLAIM, '-n', 'spacelift')
    return /Refused: .*/.exec(stdout)?.[0] ?? ''
  })
  await report.line('told to stay by helm.sh/resource-policy=keep: no risk, and both are still there after the apply', () =>
    kept(installation, file),
  )
  await report.line(`--accept-data-loss ${RELEASE} gives them up`, async () => {
    await chartWith(installation, 'holding', '0.9.0', { claim, definition })
    await installation.kubectl('annotate', 'pvc', CLAIM, '-n', 'spacelift', 'helm.sh/resource-policy-')
    await installation.kubectl('annotate', 'crd', 'stores.example.com', 'helm.sh/resource-policy-')
    expectExit(await installation.apply('-f', file), 0)
    await chartWith(installation, 'holding', '0.10.0')
    expectExit(await installation.apply('-f', file, '--accept-data-loss', RELEASE), 0)
    const left = await installation.kubectl(
      'get',
      'pvc',
      CLAIM,
      '-n',
      'spacelift',
      '--ignore-not-found',
      '-o',
      'jsonpath={.metadata.deletionTimestamp}',
    )
    return left === '' ? 'gone' : 'going'
  })
}

async function kept(installation: LabInstallation, file: string): Promise<undefined> {
  await installation.kubectl('annotate', 'pvc', CLAIM, '-n', 'spacelift', 'helm.sh/resource-policy=keep')
  await installation.kubectl('annotate', 'crd', 'stores.example.com', 'helm.sh/resource-policy=keep')
  const { stdout } = expectExit(await installation.plan('-f', file), 2)
  expectText(stdout, 'Data at risk: none.')
  expectText(stdout, /PersistentVolumeClaim\/database is no longer in the chart, and is left alone/)
  expectExit(await installation.apply('-f', file), 0)
  await installation.kubectl('get', 'pvc', CLAIM, '-n', 'spacelift')
  await installation.kubectl('get', 'crd', 'stores.example.com')
  expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  return undefined
}

/** A claim is only ready when it has a volume, and nobody here makes one. */
async function volume(installation: LabInstallation, name: string): Promise<void> {
  const spec = { ...SPEC, capacity: { storage: '1Gi' }, hostPath: { path: '/nowhere' } }
  const it = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec }
  await installation.kubectl('create', '-f', await installation.write('volume.json', JSON.stringify(it)))
}
