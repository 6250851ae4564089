/**
 * Walks through the main job on real servers: an empty world, plan, apply, an empty plan, a drift by hand and its
 * repair. Brings up a lab of its own (building its servers when they are missing) and takes it down again.
 */
import { $, chalk } from 'zx'
import { startLab } from './lab/index.ts'

const groundcrew = new URL('../bin/groundcrew', import.meta.url).pathname

await $({ stdio: 'inherit' })`node scripts/lab.ts install`
console.log('\nStarting a real etcd, API server, scheduler, controller manager, kwok, MinIO and registry ...')
const lab = await startLab({ name: `demo-${process.pid}`, ownerPid: process.pid })
const env = { ...process.env, ...lab.env }
const run = $({ env, stdio: 'inherit', nothrow: true })
const file = String(lab.env.DESIRED_STATE)

try {
  await tell('Nothing is there yet. The plan, from one file:', 'plan')
  await tell('Apply it. Images are pushed, buckets and secrets made, the chart installed:', 'apply', '--auto-approve')
  await tell('Again: nothing is left to do.', 'plan')
  say('Now somebody changes things by hand ...', 'kubectl patch secret spacelift-server; mc versioning suspend; mc rb')
  await $({
    env,
    quiet: true,
  })`kubectl -n spacelift patch secret spacelift-server -p ${'{"stringData":{"ADMIN_USERNAME":"mallory","EXTRA":"x"}}'}`
  await $({ env, quiet: true })`mc version suspend lab/spacelift-states`
  await $({ env, quiet: true })`mc rb lab/spacelift-deliveries`
  await tell('... and the plan says what, and who, where the server knows:', 'plan')
  await tell('Repair exactly that:', 'apply', '--auto-approve')
  const last = await tell('And all is as declared again.', 'plan', '--detailed-exitcode')
  process.exitCode = last
} finally {
  await lab.stop()
}

async function tell(what: string, ...args: readonly string[]): Promise<number> {
  say(what, `groundcrew ${args.join(' ')}`)
  const done = await run`${groundcrew} ${args} -f ${file}`
  return done.exitCode ?? 1
}

function say(what: string, command: string): void {
  console.log(`\n${chalk.bold(what)}\n${chalk.dim(`$ ${command}`)}\n`)
}
