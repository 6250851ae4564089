import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { helmProcesses, kill } from '../support/helmProcesses.ts'
import { LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { converges, killedAt, type Moment } from './crashTrial.ts'

/** begin, step and done of 18 resources, helm's process, end. */
const RECORDS = 39

export const kills: Check = {
  name: 'kills',
  about: 'kill -9 in the middle of a first apply, again and again: the next apply converges and does nothing twice',
  async run(report, isQuick) {
    const records = isQuick ? [9, 37] : spread(12, RECORDS)
    for (const [i, record] of records.entries()) await atRecord(report, i % 2 === 0 ? `after:${record}` : `before:${record}`)
    // Helm waits for pods then; with `all` its process is killed as well, as the machine's end would.
    const moments = isQuick ? [{ seconds: 1, all: true }] : [0, 0.3, 1, 2, 4].map((seconds, i) => ({ seconds, all: i % 2 === 1 }))
    for (const { seconds, all } of moments) await whileHelmWaits(report, seconds, all)
  },
}

const spread = (count: number, last: number): number[] =>
  Array.from({ length: count }, (_, i) => 1 + Math.round((i * (last - 1)) / (count - 1)))

async function atRecord(report: Report, at: Moment): Promise<void> {
  await using site = await LabInstallation.open()
  await report.line(`killed ${at.replace(':', ' journal record ')}: the next apply converges`, async () =>
    converges(site, await killedAt(site, at), everythingMatchesGuide),
  )
}

async function whileHelmWaits(report: Report, seconds: number, all: boolean): Promise<void> {
  await using site = await LabInstallation.open()
  await report.line(`killed ${seconds} s after helm began to wait${all ? ', helm too' : ''}: the next apply converges`, async () => {
    const stop = await site.lab.record()
    await site.lab.pods('slow')
    let groundcrew: ChildProcess | undefined
    const apply = site.groundcrew(['apply', '--auto-approve'], {
      onStart: (child) => {
        groundcrew = child
      },
    })
    await untilHelmWaits(site)
    await sleep(seconds * 1000)
    const helms = await helmProcesses(site)
    if (helms.length === 0) throw new Error('no helm runs: there is nothing to kill')
    for (const pid of all ? helms : []) kill(pid)
    groundcrew?.kill('SIGKILL')
    expectKilled((await apply).signal)
    await site.lab.pods('normal')
    return converges(site, { journal: (await site.journals()).at(-1) ?? [], requests: await stop() }, everythingMatchesGuide)
  })
}

function expectKilled(signal: NodeJS.Signals | null): void {
  if (signal !== 'SIGKILL') throw new Error('groundcrew ended before it was killed')
}

async function untilHelmWaits(site: LabInstallation): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const pods = await site.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'name')
    if (pods.split('\n').filter(Boolean).length === 9) return
  }
  throw new Error('helm made no pods within 60 s')
}
