import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { expectProblem, firstLine, lastLine } from '../support/output.ts'
import { LeastPrivilegeUser, SERVICE_ACCOUNT, shippedPolicy, shippedRoles } from './leastPrivilegeUser.ts'
import { type ReducedRole, reducedPolicies, reducedRoles } from './reducedRights.ts'

type Context = { readonly installation: LabInstallation; readonly user: LeastPrivilegeUser } & AsyncDisposable
const test = acceptance('the rights in deploy/: enough for drift, used to read only, and none of them superfluous', open)

test('drift with exactly the Role and the policy of deploy/: exit 0, only reads', async ({ installation, user }) => {
  const stop = await installation.lab.record()
  expectExit(await user.drift(), 0)
  const { audit, minio, registry } = await stop()
  const own = audit.filter((event) => event.user.username === SERVICE_ACCOUNT)
  expectSame(
    own.filter(({ verb }) => verb !== 'get' && verb !== 'list'),
    [],
  )
  expectSame(writes([...minio, ...registry]), [])
  expectSame([own.length > 0, minio.length > 0], [true, true])
  return `${own.length} requests in the audit log, ${minio.length} in MinIO's trace, ${registry.length} at the registry`
})

test('plan with the same rights: exit 0', async ({ user }) => lastLine(expectExit(await user.plan(), 0).stdout))

// A scaled Deployment makes drift list the autoscalers: all rights are needed from here on.
test('drift with a Deployment that was scaled outside groundcrew: exit 2', async ({ installation, user }) => {
  await installation.kubectl('-n', 'spacelift', 'scale', 'deployment', 'spacelift-drain', '--replicas', '2')
  return lastLine(expectExit(await user.drift(), 2).stdout)
})

for (const [i, reduced] of shippedRoles.flatMap(reducedRoles).entries()) {
  const register = i === 0 ? test : test.full
  const { verb, resource, original } = reduced
  const missing = `${verb} ${resource} in ${original.metadata.namespace}`
  // plan needs the pods, drift only after a secret was written: plan continues without them and reports what it could not read.
  if (resource === 'pods')
    register(`without ${missing}: plan reports the missing right`, ({ user }) =>
      withReducedRole(user, reduced, async () => {
        const { stdout } = await user.plan()
        expectText(stdout, 'not allowed to list the pods')
        return /[^:]*not allowed to list the pods[^\n]*/.exec(stdout)?.[0]
      }),
    )
  else
    register(`without ${missing}: exit 1, drift names the missing right`, ({ user }) =>
      withReducedRole(user, reduced, async () => {
        const result = await user.drift('--lock-timeout', '0s')
        expectProblem(result, new RegExp(`\\b${verb}\\b[^\\n]*\\b${resource}\\b`))
        return firstLine(result.stderr)
      }),
    )
}

for (const [i, { action, policy }] of reducedPolicies(shippedPolicy).entries()) {
  const register = i === 0 ? test : test.full
  register(`without ${action}: exit 1, drift names the missing right`, async ({ user }) => {
    await user.grantInMinio(policy)
    try {
      const result = await user.drift()
      expectProblem(result, new RegExp(action))
      return firstLine(result.stderr)
    } finally {
      await user.grantInMinio(shippedPolicy)
    }
  })
}

test('with all rights again and the Deployment repaired: exit 0', async ({ installation, user }) => {
  expectExit(await installation.apply(), 0)
  return lastLine(expectExit(await user.drift(), 0).stdout)
})

/** The chart of this installation has a ServiceAccount, as the real one does. */
async function open(): Promise<Context> {
  const installation = await LabInstallation.open()
  const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: spacelift }\n'
  await writeFile(join(installation.folder, 'chart', 'templates', 'serviceaccount.yaml'), account)
  expectExit(await installation.apply(), 0)
  const user = await LeastPrivilegeUser.create(installation)
  return { installation, user, [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose]() }
}

async function withReducedRole<T>(user: LeastPrivilegeUser, reduced: ReducedRole, act: () => Promise<T>): Promise<T> {
  const { role, original, rule, verb } = reduced
  await user.grantInCluster(role, { rule, verb, isAllowed: false })
  try {
    return await act()
  } finally {
    await user.grantInCluster(original, { rule, verb, isAllowed: true })
  }
}

test.run()
