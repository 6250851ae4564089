import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { driftOf } from './driftOf.ts'
import { notification, replication } from './unmanaged/exfiltration.ts'
import { objectLock, podSecurity, quota, sidecarInjection, type UnmanagedChange } from './unmanaged/unmanagedChange.ts'

const test = acceptance(
  'unmanaged differences (quotas, notifications, foreign labels): drift reports them, plan and apply leave them',
  () => LabInstallation.applied(),
)

for (const unmanaged of [quota, objectLock, notification, replication, sidecarInjection, podSecurity]) {
  const register = unmanaged.isSample ? test : test.full
  register(`${unmanaged.address}: ${unmanaged.name}: drift exits 2, apply leaves it, the plan is empty`, (installation) =>
    reportedOnly(installation, unmanaged),
  )
}

test('namespace/spacelift: a label without effect is no drift', async (installation) => {
  await installation.kubectl('label', 'namespace', 'spacelift', 'team=platform')
  expectExit(await installation.groundcrew(['drift']), 0)
})

async function reportedOnly(installation: LabInstallation, unmanaged: UnmanagedChange): Promise<string | undefined> {
  const { address, change, undo } = unmanaged
  try {
    await change(installation)
    const before = await driftOf(installation, address)
    const reported = before.fields.find(({ field }) => field.startsWith(unmanaged.field))
    expectSame(reported?.class, 'reported')
    expectExit(await installation.apply(), 0)
    expectSame((await driftOf(installation, address)).fields, [reported])
    expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
    return reported?.field
  } finally {
    await undo(installation)
  }
}

test.run()
