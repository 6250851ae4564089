import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type LabInstallation, repository } from '../support/installation.ts'
import type { RunResult } from '../support/run.ts'
import type { Inputs } from './inputs.ts'
import type { Sandbox } from './sandbox.ts'

export const CRON_JOB_MANIFEST = join(repository, 'deploy/drift-cronjob.yaml')

type Container = { command: string[]; args: string[]; env: { name: string; value: string }[] }
type CronJob = { spec: { jobTemplate: { spec: { template: { spec: { containers: [Container] } } } } } }

/** Runs the command of the CronJob's container, with its volumes and in reach of the API server. */
export async function runCronJob(installation: LabInstallation, sandbox: Sandbox, inputs: Inputs): Promise<RunResult> {
  const [config, job] = parseAllDocuments(await readFile(CRON_JOB_MANIFEST, 'utf8')).map((document) => document.toJS()) as [
    { data: { kubeconfig: string } },
    CronJob,
  ]
  const { command, args, env } = job.spec.jobTemplate.spec.template.spec.containers[0]
  await mountVolumes(sandbox, inputs, config.data.kubeconfig)
  const closeProxy = await proxyApiServer(installation)
  try {
    return await sandbox.run([...env.map(({ name, value }) => `${name}=${value}`), ...inputs.environment], [...command, ...args])
  } finally {
    closeProxy()
  }
}

/** The volumes of the pod, and the files that the kubelet adds to every pod. */
async function mountVolumes(sandbox: Sandbox, inputs: Inputs, kubeconfig: string): Promise<void> {
  for (const volume of ['/etc/groundcrew', '/var/lib/groundcrew']) await sandbox.remove(volume)
  await sandbox.write('/etc/groundcrew/desired-state.yaml', inputs.desiredState)
  await sandbox.write('/etc/groundcrew/ca.pem', inputs.ca)
  await sandbox.write('/var/lib/groundcrew/installation.json', inputs.state)
  await sandbox.write('/etc/groundcrew-kubeconfig/kubeconfig', kubeconfig)
  await sandbox.write('/var/run/secrets/kubernetes.io/serviceaccount/token', inputs.token)
  await sandbox.write('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt', inputs.clusterCa)
}

/** In a cluster kubernetes.default.svc listens on port 443; the lab's API server has a port of its own. */
async function proxyApiServer(installation: LabInstallation): Promise<() => void> {
  const server = await installation.kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')
  const { port, hostname } = new URL(server.trim())
  const proxy = await listenOn443((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) socket.on('error', () => [client, upstream].map((each) => each.destroy()))
    client.pipe(upstream).pipe(client)
  })
  if (proxy === undefined) throw new Error('port 443 of this machine is in use')
  return () => void proxy.close()
}

/** Returns undefined when the port is in use. */
function listenOn443(onConnection: Parameters<typeof createServer>[1]) {
  const server = createServer({}, onConnection)
  return new Promise<typeof server | undefined>((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(443, '127.0.0.1', () => resolve(server))
  })
}

export async function isPort443Free(): Promise<boolean> {
  const server = await listenOn443(() => undefined)
  server?.close()
  return server !== undefined
}
