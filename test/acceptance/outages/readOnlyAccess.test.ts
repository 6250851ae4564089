import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, LabInstallation } from '../support/installation.ts'
import { expectProblem, lastLine } from '../support/output.ts'

const test = acceptance('rights to read and not to write: plan works, apply names the missing right', () => LabInstallation.applied())
let kubeconfigFlags: string[] = []
let fileFlags: string[] = []

test.full('read access to the cluster is enough for a plan', async (installation) => {
  const resources = ['--resource=*.*', '--resource=secrets,namespaces,pods,deployments.apps']
  await installation.kubectl('create', 'clusterrole', 'reader', '--verb=get,list,watch', ...resources)
  await installation.kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=reader', '--serviceaccount=default:default')
  const config = parse(await readFile(installation.lab.env.KUBECONFIG ?? '', 'utf8')) as { users: [{ user: object }] }
  config.users[0].user = { token: (await installation.kubectl('create', 'token', 'default', '--namespace', 'default')).trim() }
  kubeconfigFlags = ['--kubeconfig', await installation.write('kubeconfig-reader', stringify(config))]
  return lastLine(expectExit(await installation.plan(...kubeconfigFlags), 0).stdout)
})

test.full('apply with read access to the cluster names the missing right', async (installation) => {
  const patch = ['--type=merge', '-p', '{"stringData":{"ADMIN_USERNAME":"other"}}']
  await installation.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', ...patch)
  expectProblem(await installation.apply(...kubeconfigFlags), /is not allowed to/)
  expectExit(await installation.apply(), 0)
})

const ACTIONS = [
  'ListBucket',
  'ListBucketVersions',
  'GetBucketLocation',
  'GetBucketVersioning',
  'GetLifecycleConfiguration',
  'GetBucketPolicy',
  'GetBucketPolicyStatus',
]

test.full('read access to the object store is enough for a plan', async (installation) => {
  const statements = [
    { Effect: 'Allow', Action: ACTIONS.map((action) => `s3:${action}`), Resource: ['arn:aws:s3:::*'] },
    { Effect: 'Allow', Action: ['admin:ServerInfo'] },
  ]
  const policy = await installation.write('reader.json', JSON.stringify({ Version: '2012-10-17', Statement: statements }))
  await installation.mc('admin', 'user', 'add', 'lab', 'reader', 'reader-password')
  await installation.mc('admin', 'policy', 'create', 'lab', 'reader', policy)
  await installation.mc('admin', 'policy', 'attach', 'lab', 'reader', '--user', 'reader')
  const [accessKey, secretKey] = [await installation.write('reader', 'reader'), await installation.write('password', 'reader-password')]
  const file = await installation.withEdits('reader', (document) => {
    document.setIn(['objectStorage', 'admin', 'accessKey', 'file'], accessKey)
    document.setIn(['objectStorage', 'admin', 'secretKey', 'file'], secretKey)
  })
  fileFlags = ['-f', file]
  return lastLine(expectExit(await installation.plan(...fileFlags), 0).stdout)
})

test.full('apply with read access to the object store names the missing right', async (installation) => {
  await installation.mc('version', 'suspend', 'lab/spacelift-states')
  expectProblem(await installation.apply(...fileFlags), /does not allow/)
  expectExit(await installation.apply(), 0)
})

test.run()
