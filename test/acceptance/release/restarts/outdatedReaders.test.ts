import { killedAt } from '../../crashes/crashTrial.ts'
import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../../support/installation.ts'
import { podsOf, replacedWorkloads } from '../../support/workloads.ts'
import { applyWithRestarts, changedPlan, expectEmptyPlan } from './applyWithRestarts.ts'
import { ManualChanges } from './manualChanges.ts'

const [SHARED, SERVER] = ['spacelift-shared', 'spacelift-server']
const REASON = /they started while secret\/spacelift\/spacelift-(shared|server) held other values/

let manual: ManualChanges

const test = acceptance('pods that hold other values than the current secrets restart, and no others', async () => {
  const installation = await LabInstallation.applied()
  manual = new ManualChanges(installation)
  return installation
})

test('a plan lists the pods once and sends at most seven list requests', async (installation) => {
  const stop = await installation.lab.record()
  expectExit(await installation.plan(), 0)
  const { kubernetes } = await stop()
  const paths = kubernetes.filter(({ method }) => method === 'list').map(({ path }) => path.replace(/\?.*/, ''))
  expectSame(paths.filter((path) => path.endsWith('/pods')).length, 1)
  if (paths.length > 7) throw new Error(`${paths.length} lists:\n${paths.join('\n')}`)
  return `${paths.length} lists`
})

test('a pod started while a secret was drifted: its Deployment restarts with the repair, no other reader does', async (installation) => {
  await manual.moveOnePod('spacelift-drain')
  await manual.set(SHARED, 'LICENSE_TYPE', 'by hand')
  await manual.moveOnePod('spacelift-server')
  expectSame(await driftedReaders(installation), ['readers.spacelift-server'])
  expectText(await changedPlan(installation), REASON)
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('a secret changed and restored by hand, and a pod started in between: its Deployment restarts', async (installation) => {
  const value = await manual.value(SERVER, 'ADMIN_PASSWORD')
  await manual.set(SERVER, 'ADMIN_PASSWORD', 'by hand')
  await manual.moveOnePod('spacelift-server')
  await manual.set(SERVER, 'ADMIN_PASSWORD', value)
  expectSame(await driftedReaders(installation), ['readers.spacelift-server'])
  expectText(await changedPlan(installation), REASON)
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('an apply killed between the repair and the restart: the next apply restarts the same', async (installation) => {
  await manual.set(SHARED, 'LICENSE_TYPE', 'by hand')
  await manual.moveOnePod('spacelift-drain')
  const before = await podsOf(installation)
  // The records of the secret are begin, step and done; the next would be the release's step.
  await killedAt(installation, 'after:3')
  expectSame(await replacedWorkloads(installation, before), [])
  return applyWithRestarts(installation, ['spacelift-drain'])
})

test.full('a drifted secret, and no pod started since: none restarts', async (installation) => {
  await manual.set(SHARED, 'LICENSE_TYPE', 'by hand')
  return applyWithRestarts(installation, [])
})

test.full('a deleted key: the Deployment of a pod that started without it restarts', async (installation) => {
  await manual.set(SERVER, 'WEBHOOKS_ENDPOINT', null)
  await manual.moveOnePod('spacelift-server')
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('a secret changed and restored, a pod started after each: the one with the other value restarts', async (installation) => {
  await manual.set(SHARED, 'LICENSE_TYPE', 'once')
  await manual.moveOnePod('spacelift-scheduler')
  await manual.set(SHARED, 'LICENSE_TYPE', 'jwt')
  await manual.moveOnePod('spacelift-drain')
  return applyWithRestarts(installation, ['spacelift-scheduler'])
})

test.full('changed labels, annotations and last-applied are no changed values: none restarts', async (installation) => {
  await manual.kubectl('label', 'secret', SHARED, 'who=me')
  await manual.kubectl('annotate', 'secret', SHARED, 'kubectl.kubernetes.io/last-applied-configuration={}')
  await manual.moveOnePod('spacelift-drain')
  await manual.kubectl('label', 'secret', SHARED, 'who-')
  return applyWithRestarts(installation, [])
})

test.full('a lost state restarts nothing', async (installation) => {
  await manual.set(SHARED, 'LICENSE_TYPE', 'by hand')
  await manual.moveOnePod('spacelift-server')
  await manual.set(SHARED, 'LICENSE_TYPE', 'jwt')
  await installation.deleteState()
  await expectEmptyPlan(installation)
  expectExit(await installation.apply(), 0)
  return expectEmptyPlan(installation)
})

test.run()

/** The readers among the drifted fields that `drift` would repair. */
async function driftedReaders(installation: LabInstallation): Promise<string[]> {
  const { stdout } = expectExit(await installation.groundcrew(['drift', '--output', 'json']), 2)
  const { drifted } = JSON.parse(stdout) as { drifted: { fields: { field: string; class: string }[] }[] }
  const fields = drifted.flatMap((resource) => resource.fields)
  return fields.filter(({ field, class: name }) => field.startsWith('readers.') && name === 'repaired').map(({ field }) => field)
}
