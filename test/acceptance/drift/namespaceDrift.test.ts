import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import { driftOf } from './driftOf.ts'

const test = acceptance('drift of the namespace: its declared labels, and its deletion', () => LabInstallation.applied())
const LABEL = 'pod-security.kubernetes.io/enforce'

test.full('labels of the file are set', async (installation) => {
  expectExit(await installation.apply('-f', await fileWithLabel(installation)), 0)
  expectSame(await liveLabel(installation), 'baseline')
  return `${LABEL}=baseline`
})

for (const [claim, edit] of [
  ['a declared label changed: repaired', `${LABEL}=privileged`],
  ['a declared label removed: repaired', `${LABEL}-`],
] as const)
  test.full(claim, async (installation) => {
    const file = await fileWithLabel(installation)
    await installation.kubectl('label', 'namespace', 'spacelift', '--overwrite', edit)
    expectSame(await reportedFields(installation), [`labels[${LABEL}] repaired`])
    expectExit(await installation.apply('-f', file), 0)
    expectSame(await liveLabel(installation), 'baseline')
    expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  })

test.full('a label that is no longer declared is left, and drift reports it until it is removed', async (installation) => {
  expectExit(await installation.apply(), 0)
  expectSame(await reportedFields(installation), [`labels[${LABEL}] reported`])
  await installation.kubectl('label', 'namespace', 'spacelift', `${LABEL}-`)
  expectExit(await installation.groundcrew(['drift']), 0)
})

test.full(
  'being deleted and held by a finalizer: exit 1, which names the finalizer; recreated once it is deleted',
  async (installation) => {
    const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
    const setFinalizers = (finalizers: readonly string[] | null) =>
      kubectl('patch', 'configmap', 'held', '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } }))
    await kubectl('create', 'configmap', 'held')
    await setFinalizers(['example.com/held'])
    await installation.kubectl('delete', 'namespace', 'spacelift', '--wait=false')
    const { stdout, stderr } = await reportedFinalizer(installation, 'example.com/held')
    expectText(stdout, /^ {2}\? namespace\/spacelift$/m)
    expectExit(await installation.plan(), 1)
    await setFinalizers(null)
    await installation.kubectl('wait', '--for=delete', 'namespace/spacelift', '--timeout=60s')
    expectExit(await installation.apply(), 0)
    await everythingMatchesGuide(installation)
    const lines = stderr.split('\n')
    return lines.find((line) => line.includes('example.com/held'))?.trim()
  },
)

/** The cluster reports what blocks a deletion only after it has tried it. */
function reportedFinalizer(installation: LabInstallation, finalizer: string) {
  return until(
    `drift names the finalizer ${finalizer}`,
    async () => {
      const result = expectExit(await installation.groundcrew(['drift']), 1)
      expectText(result.stderr, 'The namespace spacelift is being deleted.')
      return result.stderr.includes(finalizer) && result
    },
    { everyMs: 500 },
  )
}

function fileWithLabel(installation: LabInstallation): Promise<string> {
  return installation.withEdits('labelled', (document) => document.setIn(['kubernetes', 'namespaceLabels'], { [LABEL]: 'baseline' }))
}

async function reportedFields(installation: LabInstallation): Promise<string[]> {
  const { fields } = await driftOf(installation, 'namespace/spacelift')
  return fields.map((field) => `${field.field} ${field.class}`)
}

async function liveLabel(installation: LabInstallation): Promise<string | undefined> {
  const { metadata } = JSON.parse(await installation.kubectl('get', 'namespace', 'spacelift', '-o', 'json')) as {
    metadata: { labels: Record<string, string> }
  }
  return metadata.labels[LABEL]
}

test.run()
