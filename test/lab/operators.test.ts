import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as hosts from '../acceptance/concurrency/hosts.ts'
import { lease } from '../acceptance/concurrency/lease.ts'
import { Operator } from '../acceptance/concurrency/operator.ts'
import { expectNoWrites } from '../acceptance/concurrency/recordings.ts'
import { untilHelmWaits } from '../acceptance/support/helmProcesses.ts'
import { expectExit, LabInstallation } from '../acceptance/support/installation.ts'

const operators = suite<{ site: LabInstallation }>('operators')

operators.before(async (it) => {
  it.site = await LabInstallation.open()
})
operators.after(async ({ site }) => {
  await site?.lab.stop()
})

operators(
  'the second of two is refused, naming the first, and writes nothing; interrupted, the first gives the lock back',
  async ({ site }) => {
    await site.lab.pods('slow')
    const first = await new Operator(site, 'alice', hosts.onHost('host-a')).begin()
    await untilHelmWaits(site)
    const stop = await site.lab.record()
    const second = expectExit(await new Operator(site, 'bob', hosts.onHost('host-b')).apply(), 1)
    assert.match(second.stderr, new RegExp(`locked by alice@host-a \\(apply, process ${first.pid} on host-a`))
    const writesOfBob = { ...(await stop()), audit: [] }
    expectNoWrites(writesOfBob)
    first.child.kill('SIGTERM')
    expectExit(await first.ended, 130)
    assert.is((await lease(site)).holder, '')
    await site.lab.pods('normal')
  },
)

operators('a saved plan is applied once, and refused after a change on a server', async ({ site }) => {
  expectExit(await site.apply(), 0)
  const plan = join(site.folder, 'it.plan')
  const file = await site.withEdits('newer', (it) => it.setIn(['objectStorage', 'buckets'], { 'run-logs': { expireAfterDays: 77 } }))
  expectExit(await site.groundcrew(['plan', '-out', plan, '-f', file]), 0)
  const apply = (path: string) => site.groundcrew(['apply', path, '-f', file])
  await site.mc('version', 'suspend', 'lab/spacelift-run-logs')
  assert.match(expectExit(await apply(plan), 1).stderr, 'bucket/spacelift-run-logs on the server')
  await site.mc('version', 'enable', 'lab/spacelift-run-logs')
  expectExit(await apply(plan), 0)
  assert.match(expectExit(await apply(plan), 1).stderr, 'was applied before')
})

operators.run()
