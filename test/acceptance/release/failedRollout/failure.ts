import { setTimeout as sleep } from 'node:timers/promises'
import type { LabInstallation } from '../../support/installation.ts'

/** Something that keeps the pods of an upgrade from becoming ready. */
export type Wait = {
  /** As it would be told to a colleague. */
  readonly name: string
  /** Values that the upgrade brings besides its round. */
  readonly values?: object
  /** Done before the upgrade. */
  readonly before?: (site: LabInstallation) => Promise<unknown>
  /** Done to the new pods. */
  readonly toPods?: (site: LabInstallation, pods: readonly string[]) => Promise<unknown>
  readonly after?: (site: LabInstallation) => Promise<unknown>
  /** What is said of it. */
  readonly says: readonly RegExp[]
  /** What the containers wrote. */
  readonly log?: (site: LabInstallation) => Promise<string>
  readonly isSample?: boolean
}

/** The pods of the server that an upgrade has made. */
export async function newPods(site: LabInstallation, round: string): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.name}'
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(200)) {
    const names = await site.kubectl('get', 'pods', '-n', 'spacelift', '-l', `round=${round}`, '-o', path)
    if (names !== '') return names.split(' ')
  }
  throw new Error('the upgrade made no pod within 30 s')
}

type Container = { readonly state: object; readonly lastState?: object }

/** kwok runs no container: this is what a kubelet would tell of it. */
export const containerIs = (container: Container) => async (site: LabInstallation, pods: readonly string[]) => {
  const status = { name: 'server', image: 'x', imageID: '', ready: false, restartCount: 3, ...container }
  const patch = JSON.stringify({ status: { containerStatuses: [status] } })
  for (const pod of pods) await site.kubectl('patch', 'pod', pod, '-n', 'spacelift', '--subresource=status', '--type=merge', '-p', patch)
}

/** An event as a kubelet sends it. */
export async function event(site: LabInstallation, pod: string, reason: string, message: string): Promise<void> {
  const uid = await site.kubectl('get', 'pod', pod, '-n', 'spacelift', '-o', 'jsonpath={.metadata.uid}')
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const it = {
    ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `${pod}.${reason.toLowerCase()}`, namespace: 'spacelift' } },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace: 'spacelift', uid },
    ...{ type: 'Warning', reason, message, count: 4, firstTimestamp: now, lastTimestamp: now, source: { component: 'kubelet' } },
  }
  await site.kubectl('create', '-f', await site.write('event.json', JSON.stringify(it)))
}
