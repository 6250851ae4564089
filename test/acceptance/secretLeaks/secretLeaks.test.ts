import { readFile } from 'node:fs/promises'
import { DRIFT_FORMS } from '../../../src/session/driftForms.ts'
import { acceptance, isQuick } from '../support/acceptance.ts'
import { helmRecords } from '../support/assertions.ts'
import { type StartedProgram, traced } from '../support/execTrace.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { RunResult } from '../support/run.ts'
import { Canaries } from './canaries.ts'
import { type InvalidInput, invalidInputs } from './invalidInputs.ts'
import { type PlantedSecrets, plantSecrets } from './plantedSecrets.ts'
import { filesBelow, searchAuditLog } from './search.ts'

const test = acceptance('values of secrets appear only in the Secrets: not as plain text, base64, hex or URL-encoded', open)
const outputs: [string, RunResult][] = []
let started: StartedProgram[] = []
let invalid: InvalidInput[] = []

test('a canary in every secret input is applied, changed by another client, repaired and recovered', async (shared) => {
  const { installation, secrets } = shared
  await run(shared, 'plan', ['plan', '--log-level', 'debug'], 0)
  await applyTraced(shared)
  await changeSecret(installation, secrets.canaries)
  await run(shared, 'plan of a drift', ['plan', '--detailed-exitcode'], 2)
  await run(shared, 'repair', ['apply', '--auto-approve', '--log-level', 'debug'], 0)
  await installation.helm('uninstall', 'spacelift', '--wait')
  await run(shared, 'recovery', ['apply', '--auto-approve'], 0)
  return `${secrets.canaries.count} canaries`
})

test('no program is started with one in its arguments or environment', async ({ secrets }) => {
  // The launcher runs before Node and has the environment of the caller.
  const children = started.slice(started.findIndex(({ program }) => program.endsWith('/node')) + 1)
  if (!children.some(({ program }) => program.endsWith('/helm'))) throw new Error('the trace does not show helm: it proves nothing')
  for (const { program, line } of children) secrets.canaries.expectNone(program, line)
  return `${children.length} programs`
})

test('the search finds them in the Secrets', async ({ installation, secrets }) => {
  const matches = secrets.canaries.in(await installation.kubectl('get', 'secrets', '-n', 'spacelift', '-o', 'yaml'))
  if (matches.length < 8) throw new Error(`only ${matches.join(', ')} are in the Secrets`)
  return `${matches.length} matches`
})

test('none on stdout or stderr', async ({ secrets }) => {
  for (const [name, { stdout, stderr }] of outputs) secrets.canaries.expectNone(name, stdout + stderr)
  return `${outputs.length} runs`
})

test('none in the state, in a cache or in a temporary file', async ({ installation, secrets }) => {
  const files = await filesBelow(installation.state, installation.home)
  for (const path of files) secrets.canaries.expectNone(path, await readFile(path, 'latin1'))
  return `${files.length} files`
})

test('none in the audit log, except for the requests that write the Secrets', ({ installation, secrets }) =>
  searchAuditLog(installation, secrets.canaries))

test("none in helm's records of the release", async ({ installation, secrets }) => {
  const records = await helmRecords(installation)
  for (const record of records) secrets.canaries.expectNone('a record', record)
  return `${records.length} records`
})

const FORMS = [...DRIFT_FORMS.map((form) => ['--output', form]), ['--json'], ['--log-level', 'debug']]
for (const form of FORMS)
  test(`drift ${form.join(' ')} names the objects in which an operator put a secret, without the secret`, async (shared) => {
    const planted = await shared.plantInLiveObjects()
    const { file, env } = shared.secrets
    const { stdout, stderr } = expectExit(await shared.installation.groundcrew(['drift', ...form, '-f', file], { env }), 2)
    expectText(stdout + stderr, 'spacelift-server')
    planted.expectNone('the report', stdout + stderr)
  })

test('a secret in an invalid file or input (in clear, misspelled key, broken YAML, unusable): exit 1, the secret is not printed', async (shared) => {
  invalid = (await invalidInputs(shared.installation)).filter((_, i) => !isQuick || i % 10 === 0)
  const leaks: string[] = []
  for (const { name, secret, file } of invalid) {
    const { code, stdout, stderr } = await shared.installation.groundcrew(['plan', '-f', file])
    const matches = Canaries.of({ [name]: secret }).in(stdout + stderr)
    if (code !== 1 || matches.length > 0 || stderr === '') leaks.push(`${name}: exit ${code} ${matches.join(', ')}`)
  }
  if (leaks.length > 0) throw new Error(leaks.join('\n'))
  return `${invalid.length} files`
})

test('none of these secrets is in the state or in a cache', async ({ installation }) => {
  const files = await filesBelow(installation.state, installation.home)
  const canaries = Canaries.of(Object.fromEntries(invalid.map(({ name, secret }) => [name, secret])))
  for (const path of files) canaries.expectNone(path, await readFile(path, 'latin1'))
  if (files.length === 0) throw new Error('no file was searched: this proves nothing')
  return `${files.length} files`
})

type Shared = Awaited<ReturnType<typeof open>>

async function open() {
  const installation = await LabInstallation.open()
  const secrets: PlantedSecrets = await plantSecrets(installation)
  let planted: Promise<Canaries> | undefined
  const plantInLiveObjects = () => (planted ??= plantLive(installation))
  return { installation, secrets, plantInLiveObjects, [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose]() }
}

async function run({ installation, secrets: { file, env } }: Shared, name: string, args: readonly string[], exit: number): Promise<void> {
  const result = await installation.groundcrew([...args, '-f', file], { env })
  outputs.push([name, result])
  expectExit(result, exit)
}

/** A first apply under a trace that holds every argument and variable of every started program. */
async function applyTraced({ installation, secrets: { file, env } }: Shared): Promise<void> {
  const trace = await traced(installation, ['apply', '--auto-approve', '-f', file], { env })
  outputs.push(['apply', trace.ran])
  expectExit(trace.ran, 0)
  started = trace.started
}

/** What another client writes into a Secret is secret as well. */
async function changeSecret(installation: LabInstallation, canaries: Canaries): Promise<void> {
  const foreign = 'ForeignCanary7hT2kQ9z'
  canaries.add('a value changed by hand', foreign)
  const stringData = { ADMIN_PASSWORD: foreign, SURPLUS: `${foreign}-2` }
  await installation.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', '--type=merge', '-p', JSON.stringify({ stringData }))
}

/** Secrets in an environment, in annotations and in Secrets, written by another client. */
async function plantLive(installation: LabInstallation): Promise<Canaries> {
  const secret = 'canary-7f3e19'
  const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
  await kubectl('set', 'env', 'deployment/spacelift-server', `DB_PASSWORD=${secret}`)
  await kubectl('annotate', 'deployment/spacelift-server', `example.com/note=${secret}`)
  await kubectl('annotate', 'secret/spacelift-server', `example.com/note=${secret}`)
  const patch = JSON.stringify({ stringData: { ADMIN_PASSWORD: secret, EXTRA: secret } })
  await kubectl('patch', 'secret', 'spacelift-server', '--type=merge', '-p', patch)
  return Canaries.of({ 'the planted secret': secret })
}

test.run()
