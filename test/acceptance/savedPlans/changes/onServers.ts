import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { layout } from '../../../../scripts/lab/layout.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { Bench } from '../bench.ts'
import type { Change, Made } from './change.ts'

const server = (
  name: string,
  reason: RegExp,
  change: (site: LabInstallation) => Promise<unknown>,
  undo?: (site: LabInstallation) => Promise<unknown>,
  isSample = false,
): Change => ({
  name,
  reason,
  isSample,
  make: async ({ site }) => {
    await change(site)
    return undo === undefined ? undefined : { undo: () => undo(site) }
  },
})

const asItIs = (address: string) => new RegExp(`Changed since it was made: ([^;.]*; )*${address} as it is on the server`)
const runLogs = 'lab/spacelift-run-logs'
const secret = (value: string | null) => (site: LabInstallation) =>
  site.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', '--type=merge', '-p', JSON.stringify({ data: { SURPLUS: value } }))
const upgrade =
  (...flags: string[]) =>
  (site: LabInstallation) =>
    site.helm('upgrade', 'spacelift', join(site.folder, 'chart'), '--reuse-values', ...flags)

/** On the servers, one of each kind. What is planned and what is not: either makes it another plan. */
export const onServers: readonly Change[] = [
  server(
    'an image tag moved',
    asItIs('image/backend'),
    (site) => site.client('crane', 'copy', site.image('launcher'), site.image('backend')),
    async (site) => void (await site.apply()),
  ),
  server(
    'the versioning of a bucket',
    asItIs('bucket/spacelift-run-logs'),
    (site) => site.mc('version', 'suspend', runLogs),
    (site) => site.mc('version', 'enable', runLogs),
  ),
  server(
    'a rule of a bucket',
    asItIs('bucket/spacelift-states'),
    (site) => site.mc('ilm', 'rule', 'add', '--expire-days', '5', 'lab/spacelift-states'),
    (site) => site.mc('ilm', 'rule', 'rm', '--all', '--force', 'lab/spacelift-states'),
    true,
  ),
  server(
    'the policy of a bucket',
    asItIs('bucket/spacelift-run-logs'),
    (site) => site.mc('anonymous', 'set', 'download', runLogs),
    (site) => site.mc('anonymous', 'set', 'private', runLogs),
  ),
  server('a key of a secret', asItIs('secret/spacelift/spacelift-server'), secret('eA=='), secret(null), true),
  server('a new revision of the release by helm', asItIs('release/spacelift/spacelift'), upgrade()),
  server(
    'values of the release by helm',
    asItIs('release/spacelift/spacelift'),
    upgrade('--set', 'server.replicaCount=2'),
    upgrade('--set', 'server.replicaCount=null'),
  ),
  {
    name: 'another object store at the same address',
    reason: /another world.*[\s\S]*the object store/,
    make: otherObjectStore,
  },
  {
    name: 'another, empty registry at the same address',
    reason: asItIs('image/backend'),
    make: ({ site }) => anew(site, 'registry'),
  },
]

/** An empty one that knows the same user: nothing but its own identity can tell. */
async function otherObjectStore({ site, planted }: Bench): Promise<Made> {
  const made = await anew(site, 'minio')
  const user = await site.input('canary-minio-user')
  await site.mc('admin', 'user', 'add', 'lab', user, planted.env.ACCEPT_MINIO_SECRET ?? '')
  await site.mc('admin', 'policy', 'attach', 'lab', 'consoleAdmin', '--user', user)
  return made
}

/** Puts a new, empty server in the place of one, until it is undone. */
async function anew({ lab }: LabInstallation, name: 'minio' | 'registry'): Promise<Made> {
  const data = layout(lab.dir).data(name)
  const swap = async (act: () => Promise<unknown>) => {
    await lab.server(name).stop()
    await act()
    await lab.server(name).start()
  }
  await swap(() => rename(data, `${data}-aside`))
  return {
    undo: () =>
      swap(async () => {
        await rm(data, { recursive: true, force: true })
        await rename(`${data}-aside`, data)
      }),
  }
}
