import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { acceptance, isQuick } from '../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { expectProblem, expectProblemWithoutPlan, firstLine, lastLine } from '../support/output.ts'
import { during, type Fault } from './fault.ts'
import { faults } from './faults.ts'

const test = acceptance('a server that is unavailable, in every way: exit 1 with the reason, never a wrong plan or report', async () => {
  const installation = await LabInstallation.applied()
  await mkdir(emptyState(installation))
  return installation
})
/** An operator waits at most this long for a server that does not respond. */
const TIMEOUT_SECONDS = 10
const emptyState = (installation: LabInstallation) => join(installation.lab.dir, 'empty-state')

// Without a state, an error taken for "absent" would become something to add.
const COMMANDS: readonly { name: string; args: (installation: LabInstallation) => string[]; isSample?: boolean }[] = [
  { name: 'plan', args: () => ['plan'] },
  { name: 'plan without a state', args: (installation) => ['plan', '--state', emptyState(installation)], isSample: true },
  { name: 'apply', args: () => ['apply', '--auto-approve'] },
]

for (const fault of faults)
  for (const { name, args, isSample } of COMMANDS) {
    const register = fault.isSample && isSample ? test : test.full
    register(`${fault.server}, ${fault.name}: ${name} names the reason and shows nothing to add`, (installation) =>
      during(installation, fault, async (flags) => {
        const result = await installation.groundcrew([...args(installation), ...flags])
        expectProblemWithoutPlan(result, fault.reason)
        if (result.seconds > TIMEOUT_SECONDS) throw new Error(`only after ${result.seconds.toFixed(1)} s\n${result.stderr}`)
        return firstLine(result.stderr)
      }),
    )
  }

test('with all servers available again the plan is empty', async (installation) =>
  lastLine(expectExit(await installation.plan(), 0).stdout))

/** For each server: a resource that drifted, and how the report shows another one that was not checked. */
const LAYERS: Record<Fault['server'], { readonly drifted: RegExp; readonly unchecked: RegExp }> = {
  'API server': { drifted: /^ {2}~ secret\/spacelift\/spacelift-server\b/m, unchecked: /^ {2}\? secret\/spacelift\/spacelift-server$/m },
  MinIO: { drifted: /^ {2}~ bucket\/spacelift-states\b/m, unchecked: /^ {2}\? bucket\/spacelift-states$/m },
  registry: { drifted: /^ {2}- image\/launcher\b/m, unchecked: /^ {2}\? image\/launcher$/m },
}

test('after a change on each server, drift reports all three: exit 2', async (installation) => {
  const patch = ['--type=merge', '-p', '{"stringData":{"EXTRA":"x"}}']
  await installation.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', ...patch)
  await installation.mc('version', 'suspend', 'lab/spacelift-states')
  await installation.client('skopeo', 'delete', `docker://${installation.image('launcher')}`)
  await expectDriftEverywhere(installation)
})

for (const fault of faults.filter((fault) => !isInTheFile(fault))) {
  const register = fault.server === 'MinIO' && fault.name === 'refused connection' ? test : test.full
  register(`${fault.server}, ${fault.name}: drift lists what was not checked and reports the drift of the others`, (installation) =>
    during(installation, fault, async (flags) => {
      const result = await installation.groundcrew(['drift', '--lock-timeout', '0s', ...flags])
      expectProblem(result, fault.reason)
      for (const [server, { drifted, unchecked }] of Object.entries(LAYERS))
        expectText(result.stdout, server === fault.server ? unchecked : drifted)
      return firstLine(result.stderr)
    }),
  )
}

if (!isQuick) test('with all servers available again drift reports all three: exit 2', expectDriftEverywhere)

async function expectDriftEverywhere(installation: LabInstallation): Promise<void> {
  const { stdout } = expectExit(await installation.groundcrew(['drift']), 2)
  for (const { drifted } of Object.values(LAYERS)) expectText(stdout, drifted)
}

/** Faults of a registry that only the file names: drift reads the one to which the last apply pushed. */
function isInTheFile({ server, name }: Fault): boolean {
  return server === 'registry' && (name === 'missing right' || name === 'silent after the handshake')
}

test.run()
