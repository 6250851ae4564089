import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { helmProcesses, kill, untilHelmWaits } from '../support/helmProcesses.ts'
import type { LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import { converges, type KilledApply } from './crashTrial.ts'
import { firstApply } from './firstApply.ts'
import { removal } from './removal.ts'

/** When a first apply is killed; with `helmToo` its helm process is killed as well, as by a crash of the machine. */
export type WaitingMoment = { readonly seconds: number; readonly helmToo: boolean }

/** A first apply that is killed while helm waits for pods. */
export async function killedWhileHelmWaits(installation: LabInstallation, { seconds, helmToo }: WaitingMoment): Promise<string> {
  await installation.lab.pods('slow')
  const killed = await killedWhile(installation, installation.file, helmToo, async () => {
    await untilHelmWaits(installation)
    await sleep(seconds * 1000)
  })
  await installation.lab.pods('normal')
  return converges(installation, killed, firstApply.expect)
}

const SERVICE = 'spacelift-server'

/** A removal that is killed together with helm while an uninstall waits for an object that a finalizer holds. */
export async function killedWhileUninstalling(installation: LabInstallation): Promise<string> {
  const file = removal.file(installation)
  await setFinalizers(installation, ['accept.example.com/held'])
  const killed = await killedWhile(installation, file, true, () =>
    until('helm deleted the service', async () => {
      const path = 'jsonpath={.metadata.deletionTimestamp}'
      return (await installation.kubectl('get', 'service', SERVICE, '-n', 'spacelift', '-o', path)) !== ''
    }),
  )
  // The controller behind the finalizer lets go of the object, which groundcrew could not do.
  await setFinalizers(installation, [])
  return converges(installation, killed, removal.expect, file)
}

async function setFinalizers(installation: LabInstallation, finalizers: readonly string[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers } })
  await installation.kubectl('patch', 'service', SERVICE, '-n', 'spacelift', '--type=merge', '-p', patch)
}

/** An apply that is killed as soon as `moment` is over, when helm has to run. */
async function killedWhile(
  installation: LabInstallation,
  file: string,
  helmToo: boolean,
  moment: () => Promise<unknown>,
): Promise<KilledApply> {
  const stop = await installation.lab.record()
  let groundcrew: ChildProcess | undefined
  const onStart = (child: ChildProcess) => {
    groundcrew = child
  }
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { onStart })
  await moment()
  const helms = await helmProcesses(installation)
  if (helms.length === 0) throw new Error('no helm process runs: there is nothing to kill')
  if (helmToo) for (const pid of helms) kill(pid)
  groundcrew?.kill('SIGKILL')
  if ((await apply).signal !== 'SIGKILL') throw new Error('groundcrew ended before it was killed')
  return { journal: (await installation.journals()).at(-1) ?? [], requests: await stop() }
}
