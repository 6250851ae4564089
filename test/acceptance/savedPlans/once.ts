import { cp, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import * as hosts from '../concurrency/hosts.ts'
import { expectExit, expectText } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import type { Bench } from './bench.ts'

const USED = /was applied before/

/** A plan is used up by its first apply, however that ends and whoever tries again. */
export async function once(report: Report, bench: Bench, isQuick: boolean): Promise<void> {
  const { folder, lab } = bench.site
  await report.line('a plan with a target keeps it', async () => {
    const plan = await bench.save('-target', 'bucket/spacelift-run-logs')
    const { stdout } = expectExit(await bench.run(['apply', plan]), 0)
    expectText(stdout, '1 resource changed')
    expectText(expectExit(await bench.run(['plan', '--detailed-exitcode']), 2).stdout, /~ secret\/spacelift\/spacelift-server/)
    return undefined
  })
  if (!isQuick) await killed(report, bench)
  const before = join(lab.dir, 'state-before')
  await cp(join(folder, 'state'), before, { recursive: true })
  const plan = await bench.save()
  await report.line('an archive that is only touched is the same: the plan is applied', async () => {
    await utimes(join(folder, 'self-hosted-v3.0.0.tar.gz'), new Date(), new Date())
    expectText(expectExit(await bench.run(['apply', plan]), 0).stdout, 'Apply complete.')
    expectText(expectExit(await bench.run(['plan', '--detailed-exitcode']), 0).stdout, 'No changes.')
    return undefined
  })
  await report.line('a second time it is refused', async () => void (await bench.refused(plan, USED)))
  await report.line("from another host's copy of the state, taken before: refused", async () => {
    const ran = await bench.refused(plan, /as it is on the server/, { flags: ['--state', before] })
    return /Changed since it was made: .*/.exec(ran.stderr)?.[0].slice(0, 120)
  })
  await report.line('without a state: refused', async () => {
    await bench.refused(plan, /the state \(another one\)/, { flags: ['--state', join(lab.dir, 'no-state')] })
    return undefined
  })
  if (!isQuick) await removals(report, bench)
}

async function killed(report: Report, bench: Bench): Promise<void> {
  await report.line('an apply of it that was killed has used it up; an apply without it goes on', async () => {
    await bench.site.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-drain')
    const plan = await bench.save('-exclude', 'release')
    const ran = await bench.run(['apply', plan], { env: { AT: '3', DO: 'kill -KILL $PPID' }, program: hosts.interruptAtRecord })
    if (ran.signal !== 'SIGKILL') throw new Error(`it was not killed: exit ${ran.code}\n${ran.stderr}${ran.stdout}`)
    await bench.refused(plan, USED)
    expectExit(await bench.run(['apply', '--auto-approve', '-exclude', 'release']), 0)
    return undefined
  })
}

/** What a plan takes away is approved with it. */
async function removals(report: Report, bench: Bench): Promise<void> {
  await report.line('a plan that takes a bucket away: refused once somebody uses the bucket, applied when it is empty', async () => {
    const more = await bench.site.withEdits('with-extra', (it) => it.setIn(['objectStorage', 'extraBuckets', 'acme-exports'], {}))
    expectExit(await bench.run(['apply', '--auto-approve', '-f', more]), 0)
    const without = ['-f', bench.site.file]
    const plan = await bench.save(...without)
    await bench.site.client('sh', '-c', 'echo used | mc pipe lab/acme-exports/object')
    const refused = await bench.run(['apply', plan, ...without])
    if (refused.code !== 1 || !(await bench.site.mc('ls', 'lab/acme-exports')).includes('object')) throw new Error(refused.stdout)
    await bench.site.mc('rm', '--recursive', '--force', '--versions', 'lab/acme-exports')
    const again = await bench.save(...without)
    expectText(expectExit(await bench.run(['apply', again, ...without]), 0).stdout, 'bucket/acme-exports')
    const left = (await bench.site.mc('ls', 'lab')).includes('acme-exports')
    if (left) throw new Error('the bucket is still there')
    return undefined
  })
}
