/**
 * Walks through the main job on real servers: plan, apply, an empty plan, manual changes and their repair. Starts a lab (building its
 * servers if they are missing) and stops it at the end.
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
  await step('Nothing is installed yet. The plan, from one file:', 'plan')
  await step('Apply pushes the images, creates the buckets and secrets, and installs the chart:', 'apply', '--auto-approve')
  await step('A second plan has no changes.', 'plan')
  print('Now some resources are changed outside groundcrew:', 'kubectl patch secret spacelift-server; mc versioning suspend; mc rb')
  await $({
    env,
    quiet: true,
  })`kubectl -n spacelift patch secret spacelift-server -p ${'{"stringData":{"ADMIN_USERNAME":"mallory","EXTRA":"x"}}'}`
  await $({ env, quiet: true })`mc version suspend lab/spacelift-states`
  await $({ env, quiet: true })`mc rb lab/spacelift-deliveries`
  await step('The plan shows what drifted, and the last writer if the server records it:', 'plan')
  await step('Apply repairs exactly this drift:', 'apply', '--auto-approve')
  const last = await step('Everything is as declared again.', 'plan', '--detailed-exitcode')
  process.exitCode = last
} finally {
  await lab.stop()
}

async function step(title: string, ...args: readonly string[]): Promise<number> {
  print(title, `groundcrew ${args.join(' ')}`)
  const done = await run`${groundcrew} ${args} -f ${file}`
  return done.exitCode ?? 1
}

function print(title: string, command: string): void {
  console.log(`\n${chalk.bold(title)}\n${chalk.dim(`$ ${command}`)}\n`)
}
