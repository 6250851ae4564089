import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { layout } from '../../../../scripts/lab/layout.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { PlanFixture } from '../planFixture.ts'
import type { Change, ChangedRun } from './change.ts'

const onServer = (
  name: string,
  reason: RegExp,
  change: (installation: LabInstallation) => Promise<unknown>,
  undo?: (installation: LabInstallation) => Promise<unknown>,
  isSample = false,
): Change => ({
  name,
  reason,
  isSample,
  make: async ({ installation }) => {
    await change(installation)
    return undo === undefined ? undefined : { undo: () => undo(installation) }
  },
})

const liveResource = (address: string) => new RegExp(`Changed since it was saved: ([^;.]*; )*${address} on the server`)
const runLogs = 'lab/spacelift-run-logs'
const secret = (value: string | null) => (installation: LabInstallation) =>
  installation.kubectl(
    '-n',
    'spacelift',
    'patch',
    'secret',
    'spacelift-server',
    '--type=merge',
    '-p',
    JSON.stringify({ data: { SURPLUS: value } }),
  )
const upgrade =
  (...flags: string[]) =>
  (installation: LabInstallation) =>
    installation.helm('upgrade', 'spacelift', join(installation.folder, 'chart'), '--reuse-values', ...flags)

/** On the servers, at least one of each kind, with and without a planned change. */
export const serverChanges: readonly Change[] = [
  onServer(
    'an image tag moved',
    liveResource('image/backend'),
    (installation) => installation.client('crane', 'copy', installation.image('launcher'), installation.image('backend')),
    async (installation) => void (await installation.apply()),
  ),
  onServer(
    'the versioning of a bucket',
    liveResource('bucket/spacelift-run-logs'),
    (installation) => installation.mc('version', 'suspend', runLogs),
    (installation) => installation.mc('version', 'enable', runLogs),
  ),
  onServer(
    'a rule of a bucket',
    liveResource('bucket/spacelift-states'),
    (installation) => installation.mc('ilm', 'rule', 'add', '--expire-days', '5', 'lab/spacelift-states'),
    (installation) => installation.mc('ilm', 'rule', 'rm', '--all', '--force', 'lab/spacelift-states'),
    true,
  ),
  onServer(
    'the policy of a bucket',
    liveResource('bucket/spacelift-run-logs'),
    (installation) => installation.mc('anonymous', 'set', 'download', runLogs),
    (installation) => installation.mc('anonymous', 'set', 'private', runLogs),
  ),
  onServer('a key of a secret', liveResource('secret/spacelift/spacelift-server'), secret('eA=='), secret(null), true),
  onServer('a new revision of the release by helm', liveResource('release/spacelift/spacelift'), upgrade()),
  onServer(
    'values of the release by helm',
    liveResource('release/spacelift/spacelift'),
    upgrade('--set', 'server.replicaCount=2'),
    upgrade('--set', 'server.replicaCount=null'),
  ),
  {
    name: 'the object store: another one at the same address',
    reason: /not the cluster or object store that the state was recorded for[\s\S]*: the object store/,
    make: otherObjectStore,
  },
  {
    name: 'the registry: another, empty one at the same address',
    reason: liveResource('image/backend'),
    make: ({ installation }) => replaceByEmptyServer(installation, 'registry'),
  },
]

/** An empty one with the same user: only its own identity shows that it is another one. */
async function otherObjectStore({ installation, secrets }: PlanFixture): Promise<ChangedRun> {
  const run = await replaceByEmptyServer(installation, 'minio')
  const user = await installation.input('canary-minio-user')
  await installation.mc('admin', 'user', 'add', 'lab', user, secrets.env.ACCEPT_MINIO_SECRET ?? '')
  await installation.mc('admin', 'policy', 'attach', 'lab', 'consoleAdmin', '--user', user)
  return run
}

/** Replaces a server by a new, empty one until that is undone. */
async function replaceByEmptyServer({ lab }: LabInstallation, name: 'minio' | 'registry'): Promise<ChangedRun> {
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
