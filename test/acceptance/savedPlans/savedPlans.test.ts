import { access, cp, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { interruptAtRecord } from '../concurrency/hosts.ts'
import { acceptance, isQuick } from '../support/acceptance.ts'
import { expectExit, expectText } from '../support/installation.ts'
import { localChanges } from './changes/localChanges.ts'
import { planFileChanges } from './changes/planFileChanges.ts'
import { serverChanges } from './changes/serverChanges.ts'
import { PlanFixture } from './planFixture.ts'

const test = acceptance('a saved plan is applied once, as approved, or refused with what changed since', PlanFixture.open)
const APPLIED_BEFORE = /was applied before/

test('it is readable by its owner only and has no canary in it: not plain, base64, hex or URL-encoded', async (fixture) => {
  const plan = await fixture.save()
  const mode = (await stat(plan)).mode & 0o777
  if (mode !== 0o600) throw new Error(`mode ${mode.toString(8)}`)
  const text = await readFile(plan, 'utf8')
  if (!text.includes('spacelift-server')) throw new Error('it does not hold the change of a secret: this proves nothing')
  fixture.secrets.canaries.expectNone('the plan', text)
  return `mode 600, ${fixture.secrets.canaries.count} canaries, ${text.length} bytes`
})

for (const { name, reason, touches = [], make, isSample } of [...localChanges, ...planFileChanges, ...serverChanges]) {
  const register = isSample ? test : test.full
  register(`refused after a change of ${name}`, async (fixture) => {
    const plan = await fixture.save()
    let problem: string | undefined
    await fixture.restoring(touches, async () => {
      const run = await make(fixture, plan)
      try {
        const { stderr } = await fixture.expectRefused(plan, reason, run)
        problem = (/Changed since it was saved: .*/.exec(stderr) ?? /Error: .*/.exec(stderr))?.[0]
      } finally {
        await run?.undo?.()
      }
    })
    return problem
  })
}

const PLANNING_OPTIONS = [
  ['-target', 'bucket'],
  ['-exclude', 'image'],
  ['--accept-data-loss', 'bucket/spacelift-run-logs'],
  ['--replace-encryption-key'],
  ['--accept-new-world'],
] as const

test('refused with options for planning, each named', async (fixture) => {
  const plan = await fixture.save()
  const options = isQuick ? PLANNING_OPTIONS.slice(0, 1) : PLANNING_OPTIONS
  for (const flags of options) await fixture.expectRefused(plan, new RegExp(`${flags[0]} cannot be combined with a saved plan`), { flags })
  return `${options.length} options`
})

test('-out never overwrites a file', async (fixture) => {
  const path = fixture.path('precious')
  await writeFile(path, 'precious')
  expectText(expectExit(await fixture.run(['plan', '-out', path]), 1).stderr, /An existing file is never overwritten/)
  if ((await readFile(path, 'utf8')) !== 'precious') throw new Error('it was overwritten')
})

test.full('-out writes nothing while a server cannot be read, and reports that', async (fixture) => {
  const path = fixture.path('incomplete.plan')
  const registry = fixture.installation.lab.server('registry')
  await registry.stop()
  try {
    expectText(expectExit(await fixture.run(['plan', '-out', path]), 1).stderr, /was not written: the plan is incomplete/)
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    if (exists) throw new Error('a plan was written')
  } finally {
    await registry.start()
  }
})

test('a plan of one target applies only that', async (fixture) => {
  const plan = await fixture.save('-target', 'bucket/spacelift-run-logs')
  expectText(expectExit(await fixture.run(['apply', plan]), 0).stdout, '1 resource changed')
  expectText(expectExit(await fixture.run(['plan', '--detailed-exitcode']), 2).stdout, /~ secret\/spacelift\/spacelift-server/)
})

test.full('an apply that is killed uses it up; an apply without it continues', async (fixture) => {
  await fixture.installation.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-drain')
  const plan = await fixture.save('-exclude', 'release')
  const env = { AT: '3', DO: 'kill -KILL $PPID' }
  const result = await fixture.run(['apply', plan], { env, program: interruptAtRecord })
  if (result.signal !== 'SIGKILL') throw new Error(`not killed: exit ${result.code}\n${result.stderr}${result.stdout}`)
  await fixture.expectRefused(plan, APPLIED_BEFORE)
  expectExit(await fixture.run(['apply', '--auto-approve', '-exclude', 'release']), 0)
})

let applied = ''
const stateBefore = ({ installation }: PlanFixture) => join(installation.lab.dir, 'state-before')

test('applied although an archive has a new timestamp: its content counts', async (fixture) => {
  await cp(fixture.installation.state, stateBefore(fixture), { recursive: true })
  applied = await fixture.save()
  await utimes(fixture.path('self-hosted-v3.0.0.tar.gz'), new Date(), new Date())
  expectText(expectExit(await fixture.run(['apply', applied]), 0).stdout, 'Apply complete.')
  expectText(expectExit(await fixture.run(['plan', '--detailed-exitcode']), 0).stdout, 'No changes.')
})

test('a second apply is refused', async (fixture) => void (await fixture.expectRefused(applied, APPLIED_BEFORE)))

test('refused on another host with a copy of the state from before', async (fixture) => {
  const flags = ['--state', stateBefore(fixture)]
  const { stderr } = await fixture.expectRefused(applied, /on the server/, { flags })
  return /Changed since it was saved: .*/.exec(stderr)?.[0].slice(0, 120)
})

test('refused without a state', async (fixture) => {
  const flags = ['--state', join(fixture.installation.lab.dir, 'no-state')]
  await fixture.expectRefused(applied, /the state \(a different one\)/, { flags })
})

test.run()
