import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { acceptance, type Proof } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation, repository } from '../support/installation.ts'
import { lastLine } from '../support/output.ts'
import { run } from '../support/run.ts'
import { CRON_JOB_MANIFEST, isPort443Free, runCronJob } from './cronJob.ts'
import { installOnHost, runCronLine, runService } from './host.ts'
import { type Inputs, inputsOf } from './inputs.ts'
import { Sandbox } from './sandbox.ts'

type Context = { readonly installation: LabInstallation; readonly sandbox: Sandbox; readonly inputs: Inputs } & AsyncDisposable
const test = acceptance('the files of deploy/, run unchanged in a sandbox: cron line, CronJob, systemd units', open)

const UNITS = ['groundcrew-drift.service', 'groundcrew-drift.timer', 'groundcrew-watch.service']
const UNIT_FOLDER = '/etc/systemd/system'

const isSandboxSupported = await Sandbox.isSupported()
const isSystemdInstalled = (await run(['systemd-analyze', '--version']).catch(() => undefined)) !== undefined
/** Registers a test, or prints why this machine cannot run it. */
const testWith =
  (register: typeof test.full, requirement: string, isMet: boolean) =>
  (claim: string, proof: Proof<Context>): void =>
    isMet ? register(claim, proof) : test.note(`not tested, needs ${requirement}: ${claim}`)
const ROOT = 'root and mount namespaces'
const sandboxed = testWith(test, ROOT, isSandboxSupported)
const sandboxedFull = testWith(test.full, ROOT, isSandboxSupported)
const inCluster = testWith(test, `${ROOT}, and a free port 443`, isSandboxSupported && (await isPort443Free()))
const verified = testWith(test, `${ROOT}, and systemd`, isSandboxSupported && isSystemdInstalled)

sandboxed('cron line without drift: exit 0 and no output', async ({ sandbox, inputs }) => {
  await installOnHost(sandbox, inputs)
  const { stdout, stderr } = expectExit(await runCronLine(sandbox), 0)
  expectSame({ stdout, stderr }, { stdout: '', stderr: '' })
})

sandboxed('cron line with drift: exit 2, the second mail has the same report, with since when', async ({ installation, sandbox }) => {
  await installation.mc('version', 'suspend', 'lab/spacelift-states')
  const first = expectExit(await runCronLine(sandbox), 2)
  expectText(first.stdout, /spacelift-states[\s\S]*versioning/)
  const second = expectExit(await runCronLine(sandbox), 2)
  expectSame(second.stdout, first.stdout)
  return /since \S+/.exec(second.stdout)?.[0]
})

sandboxedFull('command of groundcrew-drift.service: the same report', async ({ sandbox }) => {
  expectText(expectExit(await runService(sandbox), 2).stdout, /spacelift-states[\s\S]*since/)
})

test('CronJob: the API server accepts it (--dry-run=server)', async ({ installation }) => {
  const output = await installation.kubectl('apply', '--dry-run=server', '-f', CRON_JOB_MANIFEST)
  return output.trim().replaceAll('\n', ', ')
})

inCluster("command of the CronJob, with its ServiceAccount's token: exit 0", async ({ installation, sandbox, inputs }) => {
  expectExit(await installation.apply(), 0)
  return lastLine(expectExit(await runCronJob(installation, sandbox, inputs), 0).stdout)
})

inCluster('command of the CronJob with drift: exit 2, so the Job fails', async ({ installation, sandbox, inputs }) => {
  await installation.mc('version', 'suspend', 'lab/spacelift-states')
  const { stdout } = expectExit(await runCronJob(installation, sandbox, inputs), 2)
  expectText(stdout, /spacelift-states[\s\S]*versioning/)
})

for (const unit of UNITS)
  verified(`systemd-analyze verify ${unit}: no warning`, async ({ sandbox }) => {
    const { code, stdout, stderr } = await sandbox.run(['PATH=/usr/bin:/bin'], ['systemd-analyze', 'verify', `${UNIT_FOLDER}/${unit}`])
    expectSame({ code, output: stdout + stderr }, { code: 0, output: '' })
  })

async function open(): Promise<Context> {
  const installation = await LabInstallation.applied()
  const sandbox = await Sandbox.create(installation)
  await mkdir(sandbox.path(UNIT_FOLDER), { recursive: true })
  await sandbox.own('/run/systemd')
  for (const unit of UNITS) await cp(join(repository, 'deploy', unit), sandbox.path(`${UNIT_FOLDER}/${unit}`))
  const inputs = await inputsOf(installation)
  return { installation, sandbox, inputs, [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose]() }
}

test.run()
