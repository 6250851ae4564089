import type { LabInstallation } from '../../support/installation.ts'
import { until } from '../../support/poll.ts'

/** A reason why the pods of an upgrade do not become ready. */
export type RolloutFailure = {
  /** As an operator would describe it. */
  readonly name: string
  /** What the apply prints. */
  readonly output: readonly RegExp[]
  /** Values of the server that the upgrade changes. */
  readonly values?: object
  readonly isQuick?: boolean
  /** Before the upgrade. */
  before?(installation: LabInstallation): Promise<unknown>
  /** After the upgrade has created its pods. */
  onPods?(installation: LabInstallation, pods: readonly string[]): Promise<unknown>
  after?(installation: LabInstallation): Promise<unknown>
  /** The log of the containers. */
  log?(installation: LabInstallation): Promise<string>
}

/** The server's pods that an upgrade has created. */
export async function newPods(installation: LabInstallation, round: string): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.name}'
  const read = () => installation.kubectl('get', 'pods', '-n', 'spacelift', '-l', `round=${round}`, '-o', path)
  const names = await until('the upgrade created pods', async () => (await read()) || undefined, { timeoutMs: 30_000 })
  return names.split(' ')
}

type ContainerStatus = { readonly state: object; readonly lastState?: object }

/** kwok runs no container: this sets the status that a kubelet would report. */
export const containerStatus = (container: ContainerStatus) => async (installation: LabInstallation, pods: readonly string[]) => {
  const status = { name: 'server', image: 'x', imageID: '', ready: false, restartCount: 3, ...container }
  const patch = JSON.stringify({ status: { containerStatuses: [status] } })
  for (const pod of pods)
    await installation.kubectl('patch', 'pod', pod, '-n', 'spacelift', '--subresource=status', '--type=merge', '-p', patch)
}

/** Creates an event as a kubelet does. */
export async function createEvent(installation: LabInstallation, pod: string, reason: string, message: string): Promise<void> {
  const uid = await installation.kubectl('get', 'pod', pod, '-n', 'spacelift', '-o', 'jsonpath={.metadata.uid}')
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const event = {
    ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `${pod}.${reason.toLowerCase()}`, namespace: 'spacelift' } },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace: 'spacelift', uid },
    ...{ type: 'Warning', reason, message, count: 4, firstTimestamp: now, lastTimestamp: now, source: { component: 'kubelet' } },
  }
  await installation.kubectl('create', '-f', await installation.write('event.json', JSON.stringify(event)))
}
