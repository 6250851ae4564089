import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { rolledOut } from '../../support/workloads.ts'

/** What happens to a settled installation without anybody's doing, and what people do that is no difference. */
const EVENTS: readonly (readonly [string, (site: LabInstallation) => Promise<unknown>])[] = [
  ['nothing happens', async () => undefined],
  ['a controller writes an annotation outside the pod template', annotate],
  ['kubectl rollout restart, which raises the revision of a Deployment', restart],
  ['the controller manager starts again', (site) => again(site, 'kube-controller-manager')],
  ['the API server starts again', (site) => again(site, 'apiserver')],
]

export async function settled(report: Report, site: LabInstallation, file: string, plans: number): Promise<void> {
  const first = await emptyPlan(site, file)
  for (const [event, happens] of EVENTS)
    await report.line(`${event}: ${plans} plans in a row are empty and the same, byte by byte`, async () => {
      await happens(site)
      for (let i = 0; i < plans; i++) expectSame(await emptyPlan(site, file), first)
      return undefined
    })
  await report.line('an autoscaler decides how many pods there are: no difference, and it is said', () => autoscaled(site, file))
  await report.line('the cluster has a default class for an Ingress without one: no difference', () => defaultClass(site, file))
  await report.line('all objects are read in 7 lists or fewer, and nothing is written', () => lists(site, file))
}

async function emptyPlan(site: LabInstallation, file: string): Promise<string> {
  const { stdout } = expectExit(await site.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return stdout
}

async function autoscaled(site: LabInstallation, file: string): Promise<string> {
  await site.kubectl('-n', 'spacelift', 'autoscale', 'deployment', 'spacelift-drain', '--min=2', '--max=6', '--cpu=50%')
  await site.kubectl('-n', 'spacelift', 'scale', 'deployment/spacelift-drain', '--replicas=5')
  await rolledOut(site)
  expectText(await emptyPlan(site, file), 'An autoscaler decides')
  await site.kubectl('-n', 'spacelift', 'delete', 'hpa', 'spacelift-drain')
  expectText(expectExit(await site.plan('-f', file), 2).stdout, /spec\.replicas +5 -> 3/)
  expectExit(await site.apply('-f', file), 0)
  return '5 pods instead of 3'
}

async function defaultClass(site: LabInstallation, file: string): Promise<undefined> {
  const metadata = { name: 'usual', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
  const manifest = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata, spec: { controller: 'example.com/usual' } }
  await site.kubectl('create', '-f', await site.write('class.json', JSON.stringify(manifest)))
  await site.kubectl('-n', 'spacelift', 'delete', 'ingress', 'server-v4')
  expectExit(await site.apply('-f', file), 0)
  const path = 'jsonpath={.spec.ingressClassName}'
  expectSame(await site.kubectl('-n', 'spacelift', 'get', 'ingress', 'server-v4', '-o', path), 'usual')
  await emptyPlan(site, file)
  return undefined
}

async function annotate(site: LabInstallation): Promise<void> {
  for (const object of ['deployment/spacelift-server', 'service/spacelift-mqtt', 'ingress/server-v4'])
    await site.kubectl('-n', 'spacelift', 'annotate', object, 'controller.example.com/seen=yes')
}

async function restart(site: LabInstallation): Promise<void> {
  await site.kubectl('-n', 'spacelift', 'rollout', 'restart', 'deployment/spacelift-drain')
  await rolledOut(site)
}

async function again(site: LabInstallation, name: string): Promise<void> {
  const server = site.lab.server(name)
  await server.stop()
  await server.start()
}

async function lists(site: LabInstallation, file: string): Promise<string> {
  const stop = await site.lab.record()
  await emptyPlan(site, file)
  const { kubernetes } = await stop()
  const verbs = kubernetes.map(({ method }) => method)
  if (verbs.some((verb) => verb !== 'get' && verb !== 'list')) throw new Error(`it does more than read: ${verbs}`)
  const count = verbs.filter((verb) => verb === 'list').length
  if (count > 7) throw new Error(`${count} lists:\n${kubernetes.map((one) => JSON.stringify(one)).join('\n')}`)
  return `${count} lists, ${verbs.length - count} other reads`
}
