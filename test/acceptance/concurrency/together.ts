import * as world from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import * as hosts from './hosts.ts'
import { lease } from './lease.ts'
import { Operator, untilHelmWaits } from './operator.ts'
import { createdTwice, expectNoWrites } from './recordings.ts'

/** Two who apply at the same time, and then one who comes from everywhere. */
export async function together(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  const stop = await site.lab.record()
  await site.lab.pods('slow')
  const alice = new Operator(site, 'alice')
  const first = await alice.begin()
  await untilHelmWaits(site)
  const named = new RegExp(`locked by alice@\\S+ \\(apply, process ${first.pid} on `)
  const elsewhere = {
    'this host': undefined,
    'another host': hosts.onHost('host-b'),
    'another pid namespace of this host': hosts.inPidNamespace(),
    'a time namespace of this host, where start times are others': hosts.inTimeNamespace(),
    'another machine of the same name': hosts.onHostWithSameName(),
  }
  for (const [where, program] of Object.entries(elsewhere))
    await report.line(`a second apply, from ${where}: refused, naming the holder`, async () => {
      const ran = expectExit(await new Operator(site, 'bob', program).apply(), 1)
      expectText(ran.stderr, named)
      return `${ran.seconds.toFixed(1)} s`
    })
  await report.line('one with --lock-timeout waits, then finds nothing to do; nothing was made twice', async () => {
    const waiting = await new Operator(site, 'carol', hosts.onHost('host-c')).begin(['--lock-timeout', '2m'])
    await site.lab.pods('normal')
    expectExit(await first.ended, 0)
    const ran = expectExit(await waiting.ended, 0)
    expectText(ran.stdout, 'No changes.')
    const twice = createdTwice(await stop())
    if (twice.length > 0) throw new Error(twice.join('\n'))
    await world.everythingMatchesGuide(site)
    return `${await world.releaseIsDeployed(site)}, lock handed over ${(await lease(site)).transitions} time`
  })
  await race(report, site)
}

/** Several at the very same moment: the API server picks one. */
async function race(report: Report, site: LabInstallation): Promise<void> {
  await report.line(
    'four at the same moment on changed work: one applies, whoever is refused names it, nothing is done twice',
    async () => {
      await site.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-server')
      await site.mc('rb', '--force', 'lab/spacelift-run-logs')
      const stop = await site.lab.record()
      const names = ['dave', 'erin', 'frank', 'grace']
      const runs = await Promise.all(names.map((name) => new Operator(site, name, hosts.onHost(`host-of-${name}`)).apply()))
      const twice = createdTwice(await stop())
      if (twice.length > 0) throw new Error(twice.join('\n'))
      const applied = runs.filter(({ code, stdout }) => code === 0 && stdout.includes('Apply complete.'))
      const refused = runs.filter(({ code, stderr }) => code === 1 && /locked by (dave|erin|frank|grace)@host-of-/.test(stderr))
      const late = runs.filter(({ code, stdout }) => code === 0 && stdout.includes('No changes.'))
      if (applied.length !== 1 || refused.length + late.length !== 3)
        throw new Error(runs.map(({ code, stdout, stderr }) => `exit ${code}\n${stderr}${stdout}`).join('\n'))
      return `1 applied, ${refused.length} refused, ${late.length} came later`
    },
  )
}

/** Somebody whose state is older, or gone, does not undo what another one did. */
export async function otherStates(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => new Operator(site, name, hosts.onHost(`host-of-${name}`)))
  if (!alice || !bob || !carol) throw new Error('three operators')
  expectExit(await alice.apply(), 0)
  await site.client('cp', '-r', alice.state, bob.state)
  const newer = await site.withEdits('newer', (it) => {
    it.setIn(['objectStorage', 'buckets', 'run-logs', 'expireAfterDays'], 77)
    it.setIn(['release', 'values', 'drain'], { replicaCount: 3 })
    it.setIn(['environment', 'server'], { FEATURE: 'on' })
  })
  expectExit(await alice.apply('-f', newer), 0)
  const stop = await site.lab.record()
  for (const [who, operator] of [
    ['an older state', bob],
    ['no state', carol],
  ] as const)
    await report.line(`after another's change, with ${who} and the same file: an empty plan, and an apply that does nothing`, async () => {
      expectText(expectExit(await operator.run(['plan', '--detailed-exitcode', '-f', newer]), 0).stdout, 'No changes.')
      const ran = expectExit(await operator.apply('-f', newer), 0)
      expectText(ran.stdout, 'No changes.')
      return `${ran.seconds.toFixed(1)} s`
    })
  await report.line('these wrote nothing but the lock', async () => {
    expectNoWrites(await stop(), true)
    return undefined
  })
}
