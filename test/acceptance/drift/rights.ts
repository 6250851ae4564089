import { writes } from '../../../scripts/lab/index.ts'
import { expectExit, expectSame, type LabInstallation } from '../support/installation.ts'
import { expectProblem, lastLine } from '../support/output.ts'
import type { Report } from '../support/report.ts'
import { Looker, type Policy, type Role, type Rule, shippedPolicy, shippedRoles } from './leastPrivilegeUser.ts'

/** The rights that deploy/ gives are enough, they are used to read only, and none of them is too many. */
export async function rights(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  const looker = await Looker.hired(site)
  await report.line('drift is green with exactly the Role and the policy of deploy/, and only reads', () => onlyReads(site, looker))
  await report.line('a plan as well', async () => lastLine(expectExit(await looker.plan(), 0).stdout))
  // Who scales a Deployment makes drift ask for autoscalers.
  await site.kubectl('-n', 'spacelift', 'scale', 'deployment', 'spacelift-drain', '--replicas', '2')
  await report.line('and with a Deployment that somebody scaled', async () => lastLine(expectExit(await looker.drift(), 2).stdout))
  const cluster = (await shippedRoles()).flatMap(oneLess)
  for (const less of isQuick ? cluster.slice(0, 2) : cluster) await saysWhichRight(report, looker, less)
  expectExit(await site.apply(), 0)
  const store = oneActionLess(await shippedPolicy())
  for (const less of isQuick ? store.slice(0, 1) : store) await saysWhichAction(report, looker, less)
  await looker.allowInMinio(await shippedPolicy())
  await report.line('with all of them again it is green', async () => lastLine(expectExit(await looker.drift(), 0).stdout))
}

async function onlyReads(site: LabInstallation, looker: Looker): Promise<string> {
  const stop = await site.lab.record()
  expectExit(await looker.drift(), 0)
  const { audit, minio, registry } = await stop()
  const ours = audit.filter(({ user }) => user.username === 'system:serviceaccount:groundcrew:groundcrew-drift')
  expectSame(
    ours.filter(({ verb }) => verb !== 'get' && verb !== 'list'),
    [],
  )
  expectSame(writes([...minio, ...registry]), [])
  expectSame([...ours, ...minio].length > 0, true)
  return `${ours.length} requests in the audit log, ${minio.length} in MinIO's trace, ${registry.length} at the registry`
}

type Less = { readonly role: Role; readonly whole: Role; readonly rule: Rule; readonly verb: string; readonly resource: string }

/** A role without one verb on one resource, for each that it has. */
function oneLess(whole: Role): Less[] {
  return whole.rules.flatMap((rule, i) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.map((verb): Less => {
        const others = rule.resources.filter((one) => one !== resource)
        const verbs = rule.verbs.filter((one) => one !== verb)
        const rules = whole.rules.flatMap((one, at) =>
          at === i
            ? [
                { ...rule, resources: others },
                { ...rule, resources: [resource], verbs },
              ]
            : [one],
        )
        const kept = rules.filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0)
        return { role: { ...whole, rules: kept }, whole, rule: { ...rule, resources: [resource] }, verb, resource }
      }),
    ),
  )
}

async function saysWhichRight(report: Report, looker: Looker, { role, whole, rule, verb, resource }: Less): Promise<void> {
  // Pods matter to plan, and to drift only after a secret was written: plan goes on without them, and says what it could not see.
  if (resource === 'pods') return saysInThePlan(report, looker, { role, whole, rule, verb })
  const name = `${verb} ${resource} in ${whole.metadata.namespace}`
  await looker.allowInCluster(role, { rule, verb, allowed: false })
  await report.line(`without ${name}: exit 1, and it says so`, async () => {
    const ran = await looker.drift('--lock-timeout', '0s')
    expectProblem(ran, new RegExp(`\\b${verb}\\b[^\\n]*\\b${resource}\\b`))
    return ran.stderr.split('\n')[0]
  })
  await looker.allowInCluster(whole, { rule, verb, allowed: true })
}

async function saysInThePlan(report: Report, looker: Looker, { role, whole, rule, verb }: Omit<Less, 'resource'>): Promise<void> {
  await looker.allowInCluster(role, { rule, verb, allowed: false })
  await report.line('without list pods in spacelift: a plan says so', async () => {
    const told = /may not list the pods[^\n]*/.exec((await looker.plan()).stdout)?.[0]
    if (told === undefined) throw new Error('it does not')
    return told
  })
  await looker.allowInCluster(whole, { rule, verb, allowed: true })
}

type ActionLess = { readonly policy: Policy; readonly action: string }

function oneActionLess(whole: Policy): ActionLess[] {
  const actions = whole.Statement.flatMap(({ Action }) => Action)
  return actions.map((action) => {
    const statements = whole.Statement.map((one) => ({ ...one, Action: one.Action.filter((other) => other !== action) }))
    return { action, policy: { ...whole, Statement: statements.filter(({ Action }) => Action.length > 0) } }
  })
}

async function saysWhichAction(report: Report, looker: Looker, { policy, action }: ActionLess): Promise<void> {
  await looker.allowInMinio(policy)
  await report.line(`without ${action}: exit 1, and it says so`, async () => {
    const ran = await looker.drift()
    expectProblem(ran, new RegExp(action))
    return ran.stderr.split('\n')[0]
  })
}
