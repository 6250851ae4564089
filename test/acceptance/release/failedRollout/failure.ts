import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from '../../support/installation.ts'

/** Something that keeps the pods of an upgrade from becoming ready. */
export type Wait = {
  /** As it would be told to a colleague. */
  readonly name: string
  /** Values that the upgrade brings besides its round. */
  readonly values?: object
  /** Done before the upgrade. */
  readonly before?: (installation: LabInstallation) => Promise<unknown>
  /** Done to the new pods. */
  readonly toPods?: (installation: LabInstallation, pods: readonly string[]) => Promise<unknown>
  readonly after?: (installation: LabInstallation) => Promise<unknown>
  /** What is said of it. */
  readonly says: readonly RegExp[]
  /** What the containers wrote. */
  readonly log?: (installation: LabInstallation) => Promise<string>
  readonly isSample?: boolean
}

/** The pods of the server that an upgrade has made. */
export async function newPods(installation: LabInstallation, round: string): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.name}'
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(200)) {
    const names = await installation.kubectl('get', 'pods', '-n', 'spacelift', '-l', `round=${round}`, '-o', path)
    if (names !== '') return names.split(' ')
  }
  throw new Error('the upgrade made no pod within 30 s')
}

type Container = { readonly state: object; readonly lastState?: object }

/** kwok runs no container: this is what a kubelet would tell of it. */
export const containerIs = (container: Container) => async (installation: LabInstallation, pods: readonly string[]) => {
  const status = { name: 'server', image: 'x', imageID: '', ready: false, restartCount: 3, ...container }
  const patch = JSON.stringify({ status: { containerStatuses: [status] } })
  for (const pod of pods)
    await installation.kubectl('patch', 'pod', pod, '-n', 'spacelift', '--subresource=status', '--type=merge', '-p', patch)
}

/** An event as a kubelet sends it. */
export async function event(installation: LabInstallation, pod: string, reason: string, message: string): Promise<void> {
  const uid = await installation.kubectl('get', 'pod', pod, '-n', 'spacelift', '-o', 'jsonpath={.metadata.uid}')
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const it = {
    ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `${pod}.${reason.toLowerCase()}`, namespace: 'spacelift' } },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace: 'spacelift', uid },
    ...{ type: 'Warning', reason, message, count: 4, firstTimestamp: now, lastTimestamp: now, source: { component: 'kubelet' } },
  }
  await installation.kubectl('create', '-f', await installation.write('event.json', JSON.stringify(it)))
}
