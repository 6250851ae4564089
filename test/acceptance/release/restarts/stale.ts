import { killedAt } from '../../crashes/crashTrial.ts'
import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { podsOf } from '../../support/workloads.ts'
import { applyWithRestarts, changedPlan, expectEmptyPlan, replacedWorkloads } from './applyWithRestarts.ts'
import { ManualChanges } from './manualChanges.ts'

const [SHARED, SERVER] = ['spacelift-shared', 'spacelift-server']
const WHY = /they started while secret\/spacelift\/spacelift-(shared|server) held other values/

/** Pods that hold other values than the secrets that are there. */
export async function staleReaders(report: Report, installation: LabInstallation, isQuick: boolean): Promise<void> {
  const hand = new ManualChanges(installation)
  await report.line(
    'a pod that started while a secret was drifted: its Deployment restarts with the repair, no other reader does',
    async () => {
      await hand.moveOnePod('spacelift-drain')
      await hand.set(SHARED, 'LICENSE_TYPE', 'by hand')
      await hand.moveOnePod('spacelift-server')
      expectSame(await staleInDrift(installation), ['readers.spacelift-server'])
      expectText(await changedPlan(installation), WHY)
      return applyWithRestarts(installation, ['spacelift-server'])
    },
  )
  await report.line('changed and put back by hand, a pod started in between', async () => {
    const value = await hand.value(SERVER, 'ADMIN_PASSWORD')
    await hand.set(SERVER, 'ADMIN_PASSWORD', 'by hand')
    await hand.moveOnePod('spacelift-server')
    await hand.set(SERVER, 'ADMIN_PASSWORD', value)
    expectSame(await staleInDrift(installation), ['readers.spacelift-server'])
    expectText(await changedPlan(installation), WHY)
    return applyWithRestarts(installation, ['spacelift-server'])
  })
  await report.line('an apply killed between the repair and the restart: the next one restarts the same', () =>
    killedRepair(installation, hand),
  )
  if (isQuick) return
  await report.line('a secret that drifted and no pod that started since: none restarts', async () => {
    await hand.set(SHARED, 'LICENSE_TYPE', 'by hand')
    return applyWithRestarts(installation, [])
  })
  await report.line('a key that was taken away: those that started without it', async () => {
    await hand.set(SERVER, 'WEBHOOKS_ENDPOINT', null)
    await hand.moveOnePod('spacelift-server')
    return applyWithRestarts(installation, ['spacelift-server'])
  })
  await report.line('changed twice, with pods started at every time', async () => {
    await hand.set(SHARED, 'LICENSE_TYPE', 'once')
    await hand.moveOnePod('spacelift-scheduler')
    await hand.set(SHARED, 'LICENSE_TYPE', 'jwt')
    await hand.moveOnePod('spacelift-drain')
    return applyWithRestarts(installation, ['spacelift-scheduler'])
  })
  await report.line('labels, annotations and a stripped last-applied are no values', async () => {
    await hand.kubectl('label', 'secret', SHARED, 'who=me')
    await hand.kubectl('annotate', 'secret', SHARED, 'kubectl.kubernetes.io/last-applied-configuration={}')
    await hand.moveOnePod('spacelift-drain')
    await hand.kubectl('label', 'secret', SHARED, 'who-')
    return applyWithRestarts(installation, [])
  })
  await report.line('a lost state restarts nothing', async () => {
    await hand.set(SHARED, 'LICENSE_TYPE', 'by hand')
    await hand.moveOnePod('spacelift-server')
    await hand.set(SHARED, 'LICENSE_TYPE', 'jwt')
    await installation.deleteState()
    await expectEmptyPlan(installation)
    expectExit(await installation.apply(), 0)
    return expectEmptyPlan(installation)
  })
}

/** The fields that a report of drift names beside values. */
async function staleInDrift(installation: LabInstallation): Promise<string[]> {
  const { stdout } = expectExit(await installation.groundcrew(['drift', '--output', 'json']), 2)
  const { drifted } = JSON.parse(stdout) as { drifted: { fields: { field: string; class: string }[] }[] }
  return drifted.flatMap(({ fields }) =>
    fields.filter((one) => one.field.startsWith('readers.') && one.class === 'repaired').map((one) => one.field),
  )
}

async function killedRepair(installation: LabInstallation, hand: ManualChanges): Promise<string> {
  await hand.set(SHARED, 'LICENSE_TYPE', 'by hand')
  await hand.moveOnePod('spacelift-drain')
  const before = await podsOf(installation)
  // begin, step and done of the secret; the release's own step would be the next.
  await killedAt(installation, 'after:3')
  expectSame(await replacedWorkloads(installation, before), [])
  return applyWithRestarts(installation, ['spacelift-drain'])
}
