import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { helmProcesses, kill } from '../../support/helmProcesses.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import { revision } from '../../support/workloads.ts'
import type { HelmState } from './state.ts'

/** What a helm that was killed leaves behind. Of groundcrew's own it is known to be dead; of anybody else's only once its time is over. */
export async function pendingStates(installation: LabInstallation): Promise<readonly HelmState[]> {
  const other = await installation.withEdits('pending', (it) => it.setIn(['release', 'values', 'drain', 'podLabels', 'round'], 'pending'))
  const impatient = await installation.withEdits('impatient', (it) => it.setIn(['release', 'timeout'], '5s'))
  return [
    {
      name: 'pending-upgrade of a helm that died with groundcrew',
      make: (it) => oursKilled(it, other, 'pending-upgrade'),
      shows: [/status +pending-upgrade -> deployed/, /was left pending-upgrade by a helm that is gone/],
      isSample: true,
    },
    { name: 'pending-install of a helm that died with groundcrew', make: pendingInstall, shows: [/status +pending-install -> deployed/] },
    {
      name: 'pending-rollback of a helm that somebody killed',
      make: (it) => rollbackKilled(it, impatient),
      shows: [/status +pending-rollback -> deployed/],
      file: impatient,
    },
  ]
}

async function pendingInstall(installation: LabInstallation): Promise<void> {
  await installation.helm('uninstall', 'spacelift', '--wait')
  await oursKilled(installation, installation.file, 'pending-install')
}

/** An apply that is killed, and helm first, while helm waits for pods. */
async function oursKilled(installation: LabInstallation, file: string, status: string): Promise<void> {
  await installation.lab.pods('slow')
  let groundcrew: ChildProcess | undefined
  const onStart = (child: ChildProcess) => {
    groundcrew = child
  }
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { onStart })
  await until(installation, status)
  for (const pid of await helmProcesses(installation)) kill(pid)
  groundcrew?.kill('SIGKILL')
  await apply
  await installation.lab.pods('normal')
  await until(installation, status)
}

async function rollbackKilled(installation: LabInstallation, file: string): Promise<void> {
  await installation.helm(
    'upgrade',
    'spacelift',
    `${installation.folder}/chart`,
    '--reuse-values',
    '--wait',
    '--set',
    'drain.podLabels.round=rolled',
  )
  const target = await revision(installation)
  expectExit(await installation.apply(), 0)
  await installation.lab.pods('slow')
  const script = 'helm --namespace spacelift rollback spacelift "$0" --wait & sleep 3; kill -KILL $!; wait'
  await installation.client('sh', '-c', script, String(target)).catch(() => undefined)
  await installation.lab.pods('normal')
  await until(installation, 'pending-rollback')
  const { stderr } = expectExit(await installation.plan('-f', file), 1)
  const free = /plan again after (\S+Z)/.exec(stderr)?.[1]
  if (free === undefined) throw new Error(`says nothing of when it may be recovered:\n${stderr}`)
  await sleep(Math.max(0, Date.parse(free) - Date.now()) + 1000)
}

async function until(installation: LabInstallation, status: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    const told = await installation.helm('status', 'spacelift', '-o', 'json').catch(() => '{}')
    if ((JSON.parse(told) as { info?: { status: string } }).info?.status === status) return
  }
  throw new Error(`the release never became ${status}`)
}
