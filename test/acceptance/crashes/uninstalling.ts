import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { helmProcesses, kill } from '../support/helmProcesses.ts'
import type { LabInstallation } from '../support/installation.ts'
import { converges } from './crashTrial.ts'
import { removal } from './removal.ts'

const SERVICE = 'spacelift-server'

/** Helm and groundcrew die while an uninstall waits for an object that something holds: the hardest place to be left in. */
export async function killedWhileUninstalling(installation: LabInstallation): Promise<string> {
  await finalizers(installation, ['accept.example.com/held'])
  const file = removal.file(installation)
  const stop = await installation.lab.record()
  let groundcrew: ChildProcess | undefined
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], {
    onStart: (child) => {
      groundcrew = child
    },
  })
  await untilHelmWaits(installation)
  for (const pid of await helmProcesses(installation)) kill(pid)
  groundcrew?.kill('SIGKILL')
  if ((await apply).signal !== 'SIGKILL') throw new Error('groundcrew ended before it was killed')
  const killed = { journal: (await installation.journals()).at(-1) ?? [], requests: await stop() }
  // The object may go now: whatever held it has let go, which is nothing that groundcrew could do.
  await finalizers(installation, [])
  return converges(installation, killed, removal.expect, file)
}

async function finalizers(installation: LabInstallation, names: readonly string[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers: names } })
  await installation.kubectl('patch', 'service', SERVICE, '-n', 'spacelift', '--type=merge', '-p', patch)
}

async function untilHelmWaits(installation: LabInstallation): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const path = 'jsonpath={.metadata.deletionTimestamp}'
    if ((await installation.kubectl('get', 'service', SERVICE, '-n', 'spacelift', '-o', path)) !== '') return
  }
  throw new Error('helm deleted nothing within 60 s')
}
