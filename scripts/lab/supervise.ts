// The detached process started by `lab up`: it owns the servers, and they die with it.
import { rm } from 'node:fs/promises'
import { type ControlCommand, listenForCommands } from './control.ts'
import { type Description, newLogin, writeDescription } from './description.ts'
import { layout } from './layout.ts'
import { choosePorts } from './ports.ts'
import { identify, isAlive, type ProcessIdentity } from './processIdentity.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'
import { Supervisor } from './supervisor.ts'

export type LabSettings = { name: string; dir: string; imageBytes: number; registries: ExtraRegistry[]; owner?: ProcessIdentity }

/** A message of the supervisor to the process that started it. */
export type SupervisorReport = { is: 'described' } | { is: 'ready' } | { is: 'failed'; error: string }

const { name, dir, imageBytes, registries, owner } = JSON.parse(process.argv[2] ?? '') as LabSettings
const self = identify(process.pid) as ProcessIdentity
let isReady = false
let isEnding = false

const description: Description = {
  name,
  dir,
  supervisor: self,
  ...(owner && { owner }),
  ports: await choosePorts(),
  minio: newLogin('lab-root'),
  registry: newLogin('lab-registry'),
  extraRegistries: Object.fromEntries(registries.map((each) => [each, newLogin(`lab-${each}`)])),
  context: `lab-${name}`,
}
const supervisor = new Supervisor(description)

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0))
process.on('uncaughtException', (error) => fail(error))
// If the process that started the lab exits before the lab is ready, nothing would ever stop it.
process.on('disconnect', () => isReady || end(0))
// It may have exited before the listener was added: the event is not repeated.
if (!process.connected) await end(0)
if (owner) setInterval(() => isAlive(owner) || end(0), 200)

await writeDescription(description)
const started = supervisor.start(imageBytes)
report({ is: 'described' })
try {
  await listenForCommands(layout(dir).control, handle)
  await started
  isReady = true
  report({ is: 'ready' })
} catch (error) {
  await fail(error as Error)
}

async function handle(command: ControlCommand) {
  // Deferred, so that the reply is sent first.
  if (command.do === 'stop') setImmediate(() => end(0))
  else if (command.do !== 'status') await started
  return supervisor.handle(command)
}

async function fail(error: Error): Promise<void> {
  // A start that fails because the lab is ending is no failure.
  if (isEnding) return
  report({ is: 'failed', error: error.message })
  console.error(error)
  await supervisor.stop()
  // The folder is kept for its logs.
  process.exit(1)
}

async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  await supervisor.stop()
  // With retries: a lab that ends during its start may still be writing its inputs.
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

function report(message: SupervisorReport): void {
  if (process.connected) process.send?.(message)
}
