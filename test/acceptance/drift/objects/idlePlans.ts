import { type Acceptance, isQuick } from '../../support/acceptance.ts'
import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import { waitForRollouts } from '../../support/workloads.ts'
import type { ChartFixture } from './charts.ts'

const PLANS = isQuick ? 2 : 50

/** Events after which an installation still is as declared. */
const EVENTS: readonly (readonly [string, (installation: LabInstallation) => Promise<unknown>])[] = [
  ['nothing happens', async () => undefined],
  ['a controller writes an annotation outside the pod template', annotate],
  ['kubectl rollout restart, which raises the revision of a Deployment', restartRollout],
  ['the controller manager restarts', (installation) => restartServer(installation, 'kube-controller-manager')],
  ['the API server restarts', (installation) => restartServer(installation, 'apiserver')],
]

/** Registers tests of an installation without drift. */
export function idlePlanTests(test: Acceptance<ChartFixture>): void {
  let first = ''
  for (const [i, [event, cause]] of EVENTS.entries()) {
    const register = i === 0 ? test : test.full
    register(`${event}: ${PLANS} plans in a row are empty and byte-identical`, async (fixture) => {
      if (first === '') first = await emptyPlan(fixture)
      await cause(fixture.installation)
      for (let plan = 0; plan < PLANS; plan++) expectSame(await emptyPlan(fixture), first)
    })
  }
  test.full('an autoscaler decides the number of pods: no drift, and the plan reports it', autoscaled)
  test.full('the cluster has a default class for an Ingress without one: no drift', withDefaultClass)
  test('plan reads all objects in 7 lists or fewer and writes nothing', listsOfOnePlan)
}

async function emptyPlan({ installation, file }: ChartFixture): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return stdout
}

async function autoscaled(fixture: ChartFixture): Promise<string> {
  const { installation, file } = fixture
  const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
  await kubectl('autoscale', 'deployment', 'spacelift-drain', '--min=2', '--max=6', '--cpu=50%')
  await kubectl('scale', 'deployment/spacelift-drain', '--replicas=5')
  await waitForRollouts(installation)
  expectText(await emptyPlan(fixture), 'An autoscaler decides')
  await kubectl('delete', 'hpa', 'spacelift-drain')
  expectText(expectExit(await installation.plan('-f', file), 2).stdout, /spec\.replicas +5 -> 3/)
  expectExit(await installation.apply('-f', file), 0)
  return '5 pods instead of 3'
}

async function withDefaultClass(fixture: ChartFixture): Promise<void> {
  const { installation, file } = fixture
  const metadata = { name: 'usual', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }
  const manifest = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata, spec: { controller: 'example.com/usual' } }
  await installation.kubectl('create', '-f', await installation.write('class.json', JSON.stringify(manifest)))
  await installation.kubectl('-n', 'spacelift', 'delete', 'ingress', 'server-v4')
  expectExit(await installation.apply('-f', file), 0)
  const path = 'jsonpath={.spec.ingressClassName}'
  expectSame(await installation.kubectl('-n', 'spacelift', 'get', 'ingress', 'server-v4', '-o', path), 'usual')
  await emptyPlan(fixture)
}

async function annotate(installation: LabInstallation): Promise<void> {
  for (const object of ['deployment/spacelift-server', 'service/spacelift-mqtt', 'ingress/server-v4'])
    await installation.kubectl('-n', 'spacelift', 'annotate', object, 'controller.example.com/observed=yes')
}

async function restartRollout(installation: LabInstallation): Promise<void> {
  await installation.kubectl('-n', 'spacelift', 'rollout', 'restart', 'deployment/spacelift-drain')
  await waitForRollouts(installation)
}

async function restartServer(installation: LabInstallation, name: string): Promise<void> {
  const server = installation.lab.server(name)
  await server.stop()
  await server.start()
}

async function listsOfOnePlan(fixture: ChartFixture): Promise<string> {
  const stop = await fixture.installation.lab.record()
  await emptyPlan(fixture)
  const { kubernetes } = await stop()
  const verbs = kubernetes.map(({ method }) => method)
  if (verbs.some((verb) => verb !== 'get' && verb !== 'list')) throw new Error(`not only reads: ${verbs}`)
  const count = verbs.filter((verb) => verb === 'list').length
  if (count > 7) throw new Error(`${count} lists:\n${kubernetes.map((request) => JSON.stringify(request)).join('\n')}`)
  return `${count} lists, ${verbs.length - count} other reads`
}
