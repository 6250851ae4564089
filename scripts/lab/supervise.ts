// The detached process behind `lab up`: it owns the servers, and they die with it.
import { rm } from 'node:fs/promises'
import { listenForOrders, type Order } from './control.ts'
import { type Description, newLogin, writeDescription } from './description.ts'
import { layout } from './layout.ts'
import { choosePorts } from './ports.ts'
import { identify, isAlive, type ProcessIdentity } from './processIdentity.ts'
import type { ExtraRegistry } from './servers/extraRegistries.ts'
import { Supervisor } from './supervisor.ts'

export type Assignment = { name: string; dir: string; imageBytes: number; registries: ExtraRegistry[]; owner?: ProcessIdentity }

/** What the supervisor tells the process that started it. */
export type Report = { is: 'described' } | { is: 'ready' } | { is: 'failed'; error: string }

const { name, dir, imageBytes, registries, owner } = JSON.parse(process.argv[2] ?? '') as Assignment
const me = identify(process.pid) as ProcessIdentity
let isReady = false
let isEnding = false

const it: Description = {
  name,
  dir,
  supervisor: me,
  ...(owner && { owner }),
  ports: await choosePorts(),
  minio: newLogin('lab-root'),
  registry: newLogin('lab-registry'),
  extraRegistries: Object.fromEntries(registries.map((each) => [each, newLogin(`lab-${each}`)])),
  context: `lab-${name}`,
}
const supervisor = new Supervisor(it)

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0))
process.on('uncaughtException', (error) => fail(error))
// The process that started us is gone before it could use the lab: nobody would ever stop it.
process.on('disconnect', () => isReady || end(0))
// It was gone before we listened: that event will not come again.
if (!process.connected) await end(0)
if (owner) setInterval(() => isAlive(owner) || end(0), 200)

await writeDescription(it)
const started = supervisor.start(imageBytes)
report({ is: 'described' })
try {
  await listenForOrders(layout(dir).control, obey)
  await started
  isReady = true
  report({ is: 'ready' })
} catch (error) {
  await fail(error as Error)
}

async function obey(order: Order) {
  // Later, so that the reply still gets out.
  if (order.do === 'stop') setImmediate(() => end(0))
  else if (order.do !== 'status') await started
  return supervisor.obey(order)
}

async function fail(error: Error): Promise<void> {
  // A start that fails because we are ending is no failure.
  if (isEnding) return
  report({ is: 'failed', error: error.message })
  console.error(error)
  await supervisor.stop()
  // The folder stays: its logs are what somebody needs now.
  process.exit(1)
}

async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  await supervisor.stop()
  // Again if need be: a lab that ends while it starts may still be writing its inputs.
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}

function report(message: Report): void {
  if (process.connected) process.send?.(message)
}
