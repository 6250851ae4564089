import type { ChildProcess } from 'node:child_process'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { podsAreReady } from '../support/assertions.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { rolledOut } from '../support/workloads.ts'
import { newestRevisionIsDeployed } from './scenario.ts'

const TIMEOUT_SECONDS = 15

export const orphan: Check = {
  name: 'orphan',
  about:
    'kill -9 while helm waits, apply at once, wait past the timeout of helm: nobody overwrites what the file says, and no helm is left',
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    await lines(report, site, isQuick)
  },
}

async function lines(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  const PATH = await pathWithoutSetpriv(site)
  await report.line('where helm cannot be made to die with groundcrew, the next apply ends the orphan', async () => {
    const left = await killedWhileHelmWaits(site, 'orphan', { PATH })
    if (left.length !== 1) throw new Error(`${left.length} orphans, expected 1: this proves nothing`)
    return converges(site)
  })
  if (isQuick) return
  await report.line('where it dies with groundcrew, none is left', async () => {
    const left = await killedWhileHelmWaits(site, 'leashed', {})
    await sleep(1000)
    expectSame(await helmProcesses(site), [])
    return `${left.length} helms when groundcrew was killed; ${await converges(site)}`
  })
}

/** An apply of other values, killed while its helm waits for pods. Answers the helms that were there just after. */
async function killedWhileHelmWaits(site: LabInstallation, round: string, env: Record<string, string>): Promise<number[]> {
  const file = await site.withEdits(round, (it) => {
    it.setIn(['release', 'timeout'], `${TIMEOUT_SECONDS}s`)
    it.setIn(['release', 'values', 'server', 'podLabels', 'round'], round)
  })
  await site.lab.pods('slow')
  let groundcrew: ChildProcess | undefined
  const onStart = (child: ChildProcess) => {
    groundcrew = child
  }
  const apply = site.groundcrew(['apply', '--auto-approve', '-f', file], { env, onStart })
  await untilHelmWaits(site, round)
  groundcrew?.kill('SIGKILL')
  const left = await helmProcesses(site)
  if ((await apply).signal !== 'SIGKILL') throw new Error('groundcrew ended before it was killed')
  return left
}

/** Helm has written the Deployment that it now waits for. */
async function untilHelmWaits(site: LabInstallation, round: string): Promise<void> {
  const path = 'jsonpath={.spec.template.metadata.labels.round}'
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100))
    if ((await site.kubectl('get', 'deployment', 'spacelift-server', '-n', 'spacelift', '-o', path)) === round) return
  throw new Error('helm wrote nothing within 60 s')
}

/** Applied at once, with what the file says now; after helm's time is over all is still so. */
async function converges(site: LabInstallation): Promise<string> {
  const over = Date.now() + (TIMEOUT_SECONDS + 2) * 1000
  const file = await site.withEdits('now', (it) => it.setIn(['release', 'values', 'server', 'podLabels', 'round'], 'now'))
  const apply = site.apply('-f', file)
  await site.lab.pods('normal')
  const { seconds } = expectExit(await apply, 0)
  await sleep(Math.max(0, over - Date.now()))
  expectSame(await helmProcesses(site), [])
  const { server } = JSON.parse(await site.helm('get', 'values', 'spacelift', '-o', 'json')) as { server: { podLabels: object } }
  expectSame(server.podLabels, { round: 'now' })
  await newestRevisionIsDeployed(site, 'spacelift')
  await rolledOut(site)
  await podsAreReady(site)
  expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
  return `applied in ${seconds.toFixed(1)} s, looked at again ${TIMEOUT_SECONDS + 2} s after the kill`
}

/** A PATH on which everything is but setpriv: as on macOS, helm outlives who started it. */
async function pathWithoutSetpriv(site: LabInstallation): Promise<string> {
  const folders = (site.ownEnv.PATH ?? '').split(delimiter)
  const folder = join(site.lab.dir, 'bin-without-setpriv')
  await mkdir(folder)
  for (const from of folders)
    for (const name of await readdir(from).catch(() => []))
      if (name !== 'setpriv') await symlink(join(from, name), join(folder, name)).catch(() => undefined)
  return folder
}
