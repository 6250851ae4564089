import type { ChildProcess } from 'node:child_process'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { acceptance } from '../support/acceptance.ts'
import { podsAreReady } from '../support/assertions.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import { waitForRollouts } from '../support/workloads.ts'
import { newestRevisionIsDeployed } from './scenario.ts'

const test = acceptance('a helm process that outlives a killed groundcrew never overwrites a later apply', () => LabInstallation.applied())
const HELM_TIMEOUT_SECONDS = 15

test('where helm survives groundcrew (no setpriv), the next apply ends it', async (installation) => {
  const left = await killedWhileHelmWaits(installation, 'orphan', { PATH: await pathWithoutSetpriv(installation) })
  if (left.length !== 1) throw new Error(`${left.length} helm processes are left, expected 1: this proves nothing`)
  return converges(installation)
})

test.full('where helm dies with groundcrew, none is left', async (installation) => {
  const running = await killedWhileHelmWaits(installation, 'leashed', {})
  await sleep(1000)
  expectSame(await helmProcesses(installation), [])
  return `${running.length} helm processes when groundcrew was killed; ${await converges(installation)}`
})

/** An apply of other values, killed while its helm waits for pods. Returns the helm processes just after the kill. */
async function killedWhileHelmWaits(installation: LabInstallation, round: string, env: Record<string, string>): Promise<number[]> {
  const file = await installation.withEdits(round, (document) => {
    document.setIn(['release', 'timeout'], `${HELM_TIMEOUT_SECONDS}s`)
    document.setIn(['release', 'values', 'server', 'podLabels', 'round'], round)
  })
  await installation.lab.pods('slow')
  let groundcrew: ChildProcess | undefined
  const onStart = (child: ChildProcess) => {
    groundcrew = child
  }
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { env, onStart })
  await until('helm wrote the Deployment for whose pods it waits', async () => {
    const path = 'jsonpath={.spec.template.metadata.labels.round}'
    return (await installation.kubectl('get', 'deployment', 'spacelift-server', '-n', 'spacelift', '-o', path)) === round
  })
  groundcrew?.kill('SIGKILL')
  const left = await helmProcesses(installation)
  if ((await apply).signal !== 'SIGKILL') throw new Error('groundcrew ended before it was killed')
  return left
}

/** The next apply starts at once; when helm's timeout is over, everything is still as that apply left it. */
async function converges(installation: LabInstallation): Promise<string> {
  const timeout = Date.now() + (HELM_TIMEOUT_SECONDS + 2) * 1000
  const file = await installation.withEdits('now', (document) =>
    document.setIn(['release', 'values', 'server', 'podLabels', 'round'], 'now'),
  )
  const apply = installation.apply('-f', file)
  await installation.lab.pods('normal')
  const { seconds } = expectExit(await apply, 0)
  await sleep(Math.max(0, timeout - Date.now()))
  expectSame(await helmProcesses(installation), [])
  const { server } = JSON.parse(await installation.helm('get', 'values', 'spacelift', '-o', 'json')) as { server: { podLabels: object } }
  expectSame(server.podLabels, { round: 'now' })
  await newestRevisionIsDeployed(installation, 'spacelift')
  await waitForRollouts(installation)
  await podsAreReady(installation)
  expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  return `applied in ${seconds.toFixed(1)} s, checked again ${HELM_TIMEOUT_SECONDS + 2} s after the kill`
}

/** A PATH with everything except setpriv, as on macOS, where helm outlives groundcrew. */
async function pathWithoutSetpriv(installation: LabInstallation): Promise<string> {
  const folder = join(installation.lab.dir, 'bin-without-setpriv')
  await mkdir(folder)
  for (const source of (installation.ownEnv.PATH ?? '').split(delimiter))
    for (const name of await readdir(source).catch(() => []))
      if (name !== 'setpriv') await symlink(join(source, name), join(folder, name)).catch(() => undefined)
  return folder
}

test.run()
