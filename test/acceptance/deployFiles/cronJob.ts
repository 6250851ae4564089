import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { expectExit, expectText, type LabInstallation, repository } from '../support/installation.ts'
import { lastLine } from '../support/output.ts'
import type { Report } from '../support/report.ts'
import type { Inputs } from './inputs.ts'
import type { Jail } from './jail.ts'

const MANIFEST = join(repository, 'deploy/drift-cronjob.yaml')

type Container = {
  command: string[]
  args: string[]
  env: { name: string; value: string }[]
  volumeMounts: { name: string; mountPath: string }[]
}
type CronJob = { spec: { jobTemplate: { spec: { template: { spec: { containers: [Container] } } } } } }

/** deploy/drift-cronjob.yaml: the API server takes it, and its container's command runs as it stands there under its Role. */
export async function cronJob(report: Report, site: LabInstallation, jail: Jail, it: Inputs): Promise<void> {
  await report.line('the CronJob as shipped: the API server takes it (--dry-run=server)', async () =>
    (await site.kubectl('apply', '--dry-run=server', '-f', MANIFEST)).trim().replaceAll('\n', ', '),
  )
  const [config, job] = parseAllDocuments(await readFile(MANIFEST, 'utf8')).map((one) => one.toJS()) as [
    { data: { kubeconfig: string } },
    CronJob,
  ]
  const { command, args, env } = job.spec.jobTemplate.spec.template.spec.containers[0]
  await mounted(jail, it, config.data.kubeconfig)
  const stop = await asKubernetesDefaultSvc(site)
  if (stop === undefined) return report.skip('the command of the CronJob: port 443 of this machine is taken')
  const look = () => jail.run([...env.map(({ name, value }) => `${name}=${value}`), ...it.environment], [...command, ...args])
  try {
    await report.line("the command of the CronJob as shipped, with its ServiceAccount's token: exit 0", async () =>
      lastLine(expectExit(await look(), 0).stdout),
    )
    await site.mc('version', 'suspend', 'lab/spacelift-states')
    await report.line('the command of the CronJob as shipped, drift: exit 2, which fails the Job', async () => {
      expectText(expectExit(await look(), 2).stdout, /spacelift-states[\s\S]*versioning/)
      return undefined
    })
  } finally {
    stop()
  }
  expectExit(await site.apply(), 0)
}

/** The volumes of the pod, and what the kubelet puts into every pod. */
async function mounted(jail: Jail, it: Inputs, kubeconfig: string): Promise<void> {
  for (const old of ['/etc/groundcrew', '/var/lib/groundcrew']) await jail.empty(old)
  await jail.write('/etc/groundcrew/desired-state.yaml', it.desiredState)
  await jail.write('/etc/groundcrew/ca.pem', it.ca)
  await jail.write('/var/lib/groundcrew/installation.json', it.state)
  await jail.write('/etc/groundcrew-kubeconfig/kubeconfig', kubeconfig)
  await jail.write('/var/run/secrets/kubernetes.io/serviceaccount/token', it.token)
  await jail.write('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt', it.clusterCa)
}

/** In the cluster the API server answers on port 443 of that name; here it stands on a port of its own. */
async function asKubernetesDefaultSvc(site: LabInstallation): Promise<(() => void) | undefined> {
  const { port, hostname } = new URL(
    (await site.kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')).trim(),
  )
  const server = createServer((from) => {
    const to = connect(Number(port), hostname)
    for (const one of [from, to]) one.on('error', () => [from, to].map((each) => each.destroy()))
    from.pipe(to).pipe(from)
  })
  const isOpen = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(443, '127.0.0.1', () => resolve(true))
  })
  return isOpen ? () => void server.close() : undefined
}
