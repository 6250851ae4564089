import type { Recorded } from '../../../scripts/lab/index.ts'
import { repeatedWork } from '../crashes/noDuplicateWork.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { outputOf } from '../support/run.ts'
import * as hosts from './hosts.ts'
import { lease, untilTakenOver } from './lease.ts'
import { Operator } from './operator.ts'

const LEASE_SECONDS = 30
let firstApply: Recorded

/** No process of another host can be checked: only the lease time counts. */
const test = acceptance('the lock after its holder was killed on another host', async () => {
  const installation = await LabInstallation.open()
  const stop = await installation.lab.record()
  const killed = await alice(installation).run(['apply', '--auto-approve'], { AT: '17', DO: 'kill -KILL $PPID' })
  if (killed.signal !== 'SIGKILL') throw new Error(`it was not killed: ${outputOf(killed)}`)
  firstApply = await stop()
  return installation
})

test.full('the next apply is refused at once, and still after 25 s of waiting', async (installation) => {
  expectText(expectExit(await bob(installation).apply(), 1).stderr, /locked by alice@host-a/)
  const result = expectExit(await bob(installation).apply('--lock-timeout', '25s'), 1)
  expectText(result.stderr, /locked by alice@host-a/)
  return `${result.seconds.toFixed(1)} s`
})

test.full('the lock is taken over after the lease time without a renewal, and finished work is not repeated', async (installation) => {
  const { holder } = await lease(installation)
  const stop = await installation.lab.record()
  const waiting = bob(installation).apply('--lock-timeout', '90s')
  const seconds = await untilTakenOver(installation, holder)
  expectExit(await waiting, 0)
  if (seconds < LEASE_SECONDS) throw new Error(`taken over after ${seconds.toFixed(1)} s`)
  const journal = (await installation.journals(alice(installation).state)).at(-1) ?? []
  const repeated = repeatedWork(journal, firstApply, await stop())
  if (repeated.length > 0) throw new Error(repeated.join('\n'))
  await everythingMatchesGuide(installation)
  return `${seconds.toFixed(1)} s without a renewal`
})

test.run()

function alice(installation: LabInstallation): Operator {
  return new Operator(installation, 'alice', hosts.onHost('host-a', hosts.interruptAtRecord))
}

function bob(installation: LabInstallation): Operator {
  return new Operator(installation, 'bob', hosts.onHost('host-b'))
}
