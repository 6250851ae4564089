import type { LabInstallation } from '../../support/installation.ts'
import { containerStatus, createEvent, type RolloutFailure } from './rolloutFailure.ts'

const QUOTA = 'few-pods'

export const rolloutFailures: readonly RolloutFailure[] = [
  {
    name: 'an image that cannot be pulled',
    async onPods(installation, pods) {
      await containerStatus({ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x/backend:v9"' } } })(
        installation,
        pods,
      )
      await createEvent(installation, pods[0] ?? '', 'Failed', 'Failed to pull image "x/backend:v9": not found')
    },
    output: [
      /spacelift-server: 0 of 3 new pods are ready \(ImagePullBackOff\)\./,
      /pod spacelift-server-\S+, container server: ImagePullBackOff: Back-off pulling image "x\/backend:v9" \(and 1 more pod\)/,
      /Newest events:\n +20\S+Z Failed: Failed to pull image "x\/backend:v9": not found \(4 times\)/,
      /Check that the image is in the registry/,
      /release\/spacelift\/spacelift: not ready: spacelift-server: ImagePullBackOff/,
    ],
  },
  {
    name: 'a container that crashes',
    onPods: containerStatus({
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    }),
    output: [
      /container server: CrashLoopBackOff: back-off 40s restarting failed container; it ended with exit code 137, OOMKilled/,
      /the last lines of the log of spacelift-server-\S+, container server, of its previous run:/,
      /\| connecting to postgres:\/\/x:\(hidden\)@db/,
      /\| the password is \(hidden\)/,
      /kubectl -n spacelift logs spacelift-server-\S+ --previous/,
    ],
    log: logWithSecrets,
    isQuick: true,
  },
  {
    name: 'a pod that no node accepts',
    values: { nodeSelector: { disk: 'ssd' } },
    output: [
      /Unschedulable: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/,
      /Free capacity on the nodes/,
    ],
  },
  {
    name: 'an exhausted quota',
    before: (installation) => installation.kubectl('create', 'quota', QUOTA, '-n', 'spacelift', '--hard=pods=7'),
    after: (installation) => installation.kubectl('delete', 'quota', QUOTA, '-n', 'spacelift'),
    output: [/ReplicaSet spacelift-server-\S+: FailedCreate: pods "\S+" is forbidden: exceeded quota: few-pods/, /describe resourcequota/],
  },
  {
    name: 'a missing secret',
    onPods: containerStatus({
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "spacelift-server" not found' } },
    }),
    output: [/CreateContainerConfigError: secret "spacelift-server" not found/, /Create the Secret or ConfigMap that the message names/],
  },
  {
    name: 'a container that runs and never becomes ready',
    async onPods(installation, pods) {
      await containerStatus({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })(installation, pods)
      for (const pod of pods)
        await createEvent(installation, pod, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')
    },
    output: [
      /container server: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503/,
      /raise release\.timeout/,
      /\| the password is \(hidden\)/,
    ],
    log: logWithSecrets,
  },
  {
    name: 'a kubelet that does not start the pods',
    output: [/pod spacelift-server-\S+: Pending/, /kubectl -n spacelift describe deployment spacelift-server/],
  },
]

async function logWithSecrets(installation: LabInstallation): Promise<string> {
  const [password, url, key] = await Promise.all(
    ['admin-password', 'database-url', 'encryption.pem'].map((name) => installation.input(name)),
  )
  const inUrl = /:([^:@]+)@/.exec(url ?? '')?.[1] ?? ''
  const lines = [
    `key ${key}`,
    JSON.stringify({ url }),
    `connecting to postgres://x:${inUrl}@db`,
    `\u001b[31mthe password is ${password}\u001b[0m`,
  ]
  return lines.join('\n')
}
