import { interruptAtRecord } from '../concurrency/hosts.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectText } from '../support/installation.ts'
import { PlanFixture } from './planFixture.ts'

const test = acceptance('a saved plan whose world changes before or during its apply: the write is refused', PlanFixture.open)

type Interference = {
  readonly resource: string
  /** Shell command of another client, between the check of the plan and the write. */
  readonly command: string
  readonly problem: RegExp
  readonly flags: readonly string[]
}

const INTERFERENCES: readonly Interference[] = [
  {
    resource: 'a secret',
    command: `kubectl -n spacelift patch secret spacelift-drain --type=merge -p '{"data":{"SURPLUS":"eA=="}}'`,
    problem: /spacelift-drain was changed by another client/,
    flags: ['-target', 'secret/spacelift/spacelift-drain'],
  },
  {
    resource: 'a bucket',
    command: 'mc version suspend lab/spacelift-run-logs',
    problem: /The bucket spacelift-run-logs has changed since it was planned/,
    flags: ['-target', 'bucket/spacelift-run-logs'],
  },
]

for (const { resource, command, problem, flags } of INTERFERENCES)
  test.full(`${resource} changes between check and write: refused, and the other change stays`, async (fixture) => {
    const plan = await fixture.save(...flags)
    await expectRefusedWrite(fixture, plan, command, problem)
    expectText(expectExit(await fixture.run(['plan', '--detailed-exitcode', ...flags]), 2).stdout, /SURPLUS|versioning/)
    await fixture.run(['apply', '--auto-approve', '-f', fixture.installation.file])
  })

test.full('helm writes a new revision between check and write: refused, and that revision stays', async (fixture) => {
  // Everything else is applied first: only the release is planned then.
  expectExit(await fixture.run(['apply', '--auto-approve', '-exclude', 'release']), 0)
  const plan = await fixture.save()
  const upgrade = `helm -n spacelift upgrade spacelift ${fixture.path('chart')} --reuse-values`
  await expectRefusedWrite(fixture, plan, upgrade, /release\S* was changed by another client/)
  const { version } = JSON.parse(await fixture.installation.helm('status', 'spacelift', '-o', 'json')) as { version: number }
  await fixture.run(['apply', '--auto-approve', '-f', fixture.installation.file])
  return `revision ${version} by helm`
})

test.full('the removal of a bucket: refused once the bucket is used, applied when it is empty', async (fixture) => {
  const { installation } = fixture
  const extra = await installation.withEdits('with-extra', (document) =>
    document.setIn(['objectStorage', 'extraBuckets', 'acme-exports'], {}),
  )
  expectExit(await fixture.run(['apply', '--auto-approve', '-f', extra]), 0)
  const withoutExtra = ['-f', installation.file]
  const plan = await fixture.save(...withoutExtra)
  await installation.client('sh', '-c', 'echo used | mc pipe lab/acme-exports/object')
  const refused = await fixture.run(['apply', plan, ...withoutExtra])
  if (refused.code !== 1 || !(await installation.mc('ls', 'lab/acme-exports')).includes('object')) throw new Error(refused.stdout)
  await installation.mc('rm', '--recursive', '--force', '--versions', 'lab/acme-exports')
  const next = await fixture.save(...withoutExtra)
  expectText(expectExit(await fixture.run(['apply', next, ...withoutExtra]), 0).stdout, 'bucket/acme-exports')
  if ((await installation.mc('ls', 'lab')).includes('acme-exports')) throw new Error('the bucket still exists')
})

async function expectRefusedWrite(fixture: PlanFixture, plan: string, command: string, problem: RegExp): Promise<void> {
  const env = { AT: '1', DO: command, DO_ENV: JSON.stringify(fixture.installation.lab.env) }
  const result = expectExit(await fixture.run(['apply', plan], { env, program: interruptAtRecord }), 1)
  expectText(result.stderr, problem)
  expectText(result.stdout, 'Apply incomplete')
}

test.run()
