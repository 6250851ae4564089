import * as hosts from '../concurrency/hosts.ts'
import { expectExit, expectText } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import type { Bench } from './bench.ts'

type Interference = { readonly what: string; readonly does: string; readonly says: RegExp; readonly flags: readonly string[] }

const PATCH = `kubectl -n spacelift patch secret spacelift-drain --type=merge -p '{"data":{"SURPLUS":"eA=="}}'`

/** Each comes between the check of the approved plan and its write. */
const interferences: readonly Interference[] = [
  {
    what: 'a secret',
    does: PATCH,
    says: /spacelift-drain was changed by somebody else/,
    flags: ['-target', 'secret/spacelift/spacelift-drain'],
  },
  {
    what: 'a bucket',
    does: 'mc version suspend lab/spacelift-run-logs',
    says: /The bucket spacelift-run-logs is no longer what was planned on: something else changed it/,
    flags: ['-target', 'bucket/spacelift-run-logs'],
  },
]

/** An approved plan whose world changes under its hands: the guard at the write refuses it. */
export async function guards(report: Report, bench: Bench): Promise<void> {
  for (const { what, does, says, flags } of interferences)
    await report.line(`${what} changes between check and write: refused at the write, and theirs stays`, async () => {
      const plan = await bench.save(...flags)
      await interfered(bench, plan, does, says)
      expectText(expectExit(await bench.run(['plan', '--detailed-exitcode', ...flags]), 2).stdout, /SURPLUS|versioning/)
      await bench.run(['apply', '--auto-approve', '-f', bench.site.file])
      return undefined
    })
  await report.line('the release gets a new revision between check and write: refused at the write, and theirs stays', async () => {
    // Everything else first: the release is then the only thing planned.
    expectExit(await bench.run(['apply', '--auto-approve', '-exclude', 'release']), 0)
    const plan = await bench.save()
    const chart = `${bench.site.folder}/chart`
    await interfered(bench, plan, `helm -n spacelift upgrade spacelift ${chart} --reuse-values`, /release\S* was changed by somebody else/)
    const { version } = JSON.parse(await bench.site.helm('status', 'spacelift', '-o', 'json')) as { version: number }
    await bench.run(['apply', '--auto-approve', '-f', bench.site.file])
    return `theirs was revision ${version}`
  })
}

async function interfered(bench: Bench, plan: string, does: string, says: RegExp): Promise<void> {
  const env = { AT: '1', DO: does, DO_ENV: JSON.stringify(bench.site.lab.env) }
  const ran = expectExit(await bench.run(['apply', plan], { env, program: hosts.interruptAtRecord }), 1)
  expectText(ran.stderr, says)
  expectText(ran.stdout, 'Apply incomplete')
}
