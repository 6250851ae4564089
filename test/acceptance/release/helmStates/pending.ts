import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { helmProcesses, kill } from '../../support/helmProcesses.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import { until } from '../../support/poll.ts'
import { releaseRevision } from '../../support/workloads.ts'
import type { HelmState } from './helmState.ts'

/**
 * What a killed helm process leaves behind. groundcrew knows that its own helm is dead; that another client's is, only after
 * the timeout.
 */
export const pendingStates: readonly HelmState[] = [
  {
    name: 'pending-upgrade of a helm process that died with groundcrew',
    create: pendingUpgrade,
    plan: [/status +pending-upgrade -> deployed/, /was left pending-upgrade by a helm process that has ended/],
  },
  {
    name: 'pending-install of a helm process that died with groundcrew',
    create: pendingInstall,
    plan: [/status +pending-install -> deployed/],
  },
  {
    name: "pending-rollback of another client's helm process that was killed",
    create: pendingRollback,
    plan: [/status +pending-rollback -> deployed/],
    edit: (document) => document.setIn(['release', 'timeout'], '5s'),
  },
]

async function pendingUpgrade(installation: LabInstallation): Promise<void> {
  const file = await installation.withEdits('pending', (document) =>
    document.setIn(['release', 'values', 'drain', 'podLabels', 'round'], 'pending'),
  )
  await killDuringApply(installation, file, 'pending-upgrade')
}

async function pendingInstall(installation: LabInstallation): Promise<void> {
  await installation.helm('uninstall', 'spacelift', '--wait')
  await killDuringApply(installation, installation.file, 'pending-install')
}

/** Kills helm while it waits for pods, and then the apply. */
async function killDuringApply(installation: LabInstallation, file: string, status: string): Promise<void> {
  await installation.lab.pods('slow')
  let groundcrew: ChildProcess | undefined
  const onStart = (child: ChildProcess) => {
    groundcrew = child
  }
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { onStart })
  await untilStatus(installation, status)
  for (const pid of await helmProcesses(installation)) kill(pid)
  groundcrew?.kill('SIGKILL')
  await apply
  await installation.lab.pods('normal')
  await untilStatus(installation, status)
}

async function pendingRollback(installation: LabInstallation, file: string): Promise<void> {
  const flags = ['--reuse-values', '--wait', '--set', 'drain.podLabels.round=rolled']
  await installation.helm('upgrade', 'spacelift', `${installation.folder}/chart`, ...flags)
  const target = await releaseRevision(installation)
  expectExit(await installation.apply(), 0)
  await installation.lab.pods('slow')
  const script = 'helm --namespace spacelift rollback spacelift "$0" --wait & sleep 3; kill -KILL $!; wait'
  await installation.client('sh', '-c', script, String(target)).catch(() => undefined)
  await installation.lab.pods('normal')
  await untilStatus(installation, 'pending-rollback')
  const { stderr } = expectExit(await installation.plan('-f', file), 1)
  const time = /plan again after (\S+Z)/.exec(stderr)?.[1]
  if (time === undefined) throw new Error(`does not show when the release can be recovered:\n${stderr}`)
  await sleep(Math.max(0, Date.parse(time) - Date.now()) + 1000)
}

async function untilStatus(installation: LabInstallation, status: string): Promise<void> {
  await until(`the release is ${status}`, async () => {
    const release = await installation.helm('status', 'spacelift', '-o', 'json').catch(() => '{}')
    return (JSON.parse(release) as { info?: { status: string } }).info?.status === status
  })
}
