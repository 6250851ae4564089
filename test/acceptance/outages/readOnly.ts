import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { expectExit, type LabInstallation } from '../support/installation.ts'
import { expectProblem, lastLine } from '../support/output.ts'
import type { Report } from '../support/report.ts'

/** Who may look at everything and change nothing: the plan works, and apply says which right is missing. */
export async function readOnly(report: Report, site: LabInstallation): Promise<void> {
  await cluster(report, site)
  await objectStore(report, site)
}

async function cluster(report: Report, site: LabInstallation): Promise<void> {
  await site.kubectl(
    'create',
    'clusterrole',
    'looker',
    '--verb=get,list,watch',
    '--resource=*.*',
    '--resource=secrets,namespaces,pods,deployments.apps',
  )
  await site.kubectl('create', 'clusterrolebinding', 'looker', '--clusterrole=looker', '--serviceaccount=default:default')
  const config = parse(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')) as { users: [{ user: object }] }
  config.users[0].user = { token: (await site.kubectl('create', 'token', 'default', '--namespace', 'default')).trim() }
  const flags = ['--kubeconfig', await site.write('kubeconfig-looker', stringify(config))]
  await report.line('who may only read the cluster gets a plan', async () => lastLine(expectExit(await site.plan(...flags), 0).stdout))
  await report.line('and apply says clearly that a right is missing', async () => {
    await site.kubectl(
      '-n',
      'spacelift',
      'patch',
      'secret',
      'spacelift-server',
      '--type=merge',
      '-p',
      '{"stringData":{"ADMIN_USERNAME":"other"}}',
    )
    expectProblem(await site.apply(...flags), /\bright|forbidden|may not|not allowed/i)
    expectExit(await site.apply(), 0)
    return undefined
  })
}

async function objectStore(report: Report, site: LabInstallation): Promise<void> {
  const actions = [
    'ListBucket',
    'ListBucketVersions',
    'GetBucketLocation',
    'GetBucketVersioning',
    'GetLifecycleConfiguration',
    'GetBucketPolicy',
    'GetBucketPolicyStatus',
  ]
  const statements = [
    { Effect: 'Allow', Action: actions.map((action) => `s3:${action}`), Resource: ['arn:aws:s3:::*'] },
    { Effect: 'Allow', Action: ['admin:ServerInfo'] },
  ]
  const policy = await site.write('looker.json', JSON.stringify({ Version: '2012-10-17', Statement: statements }))
  await site.mc('admin', 'policy', 'create', 'lab', 'looker', policy)
  await site.mc('admin', 'policy', 'attach', 'lab', 'looker', '--user', 'nobody')
  const file = await site.withEdits('looker', (it) => {
    it.setIn(['objectStorage', 'admin', 'accessKey', 'file'], './nobody')
    it.setIn(['objectStorage', 'admin', 'secretKey', 'file'], './nobodys-password')
  })
  await report.line('who may only read the object store gets a plan', async () =>
    lastLine(expectExit(await site.plan('-f', file), 0).stdout),
  )
  await report.line('and apply says clearly that a right is missing', async () => {
    await site.mc('version', 'suspend', 'lab/spacelift-states')
    expectProblem(await site.apply('-f', file), /\bright|denied|may not|not allowed/i)
    expectExit(await site.apply(), 0)
    return undefined
  })
}
