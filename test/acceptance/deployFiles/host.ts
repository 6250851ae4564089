import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from '../support/installation.ts'
import type { RunResult } from '../support/run.ts'
import type { Inputs } from './inputs.ts'
import type { Sandbox } from './sandbox.ts'

/** Puts the inputs where the comments in deploy/ expect them on a host. */
export async function installOnHost(sandbox: Sandbox, inputs: Inputs): Promise<void> {
  await sandbox.write('/etc/groundcrew/desired-state.yaml', inputs.desiredState)
  await sandbox.write('/etc/groundcrew/ca.pem', inputs.ca)
  await sandbox.write('/etc/groundcrew/drift.kubeconfig', inputs.kubeconfig)
  await sandbox.write('/etc/groundcrew/drift.environment', `${inputs.environment.join('\n')}\n`)
  await sandbox.write('/var/lib/groundcrew/state/installation.json', inputs.state)
  await sandbox.own('/etc/groundcrew')
  await sandbox.own('/var/lib/groundcrew')
}

/** Runs the command of deploy/groundcrew-drift.cron with the few variables that cron sets. */
export async function runCronLine(sandbox: Sandbox): Promise<RunResult> {
  const lines = (await readFile(join(repository, 'deploy/groundcrew-drift.cron'), 'utf8')).split('\n')
  // A line in /etc/cron.d: five fields for the time, then the user; the rest is the command.
  const [, command = ''] = /^(?:\S+\s+){5}groundcrew\s+(.*)$/.exec(lines.find((line) => /^\d/.test(line)) ?? '') ?? []
  const env = lines.filter((line) => /^[A-Z]+=/.test(line))
  return sandbox.run([...env, 'SHELL=/bin/sh', 'PATH=/usr/bin:/bin', 'LOGNAME=groundcrew'], ['/bin/sh', '-c', command])
}

/** Runs the command of deploy/groundcrew-drift.service as systemd does; %S and %C are its state and cache folders. */
export async function runService(sandbox: Sandbox): Promise<RunResult> {
  const text = (await readFile(join(repository, 'deploy/groundcrew-drift.service'), 'utf8'))
    .replaceAll('%S', '/var/lib')
    .replaceAll('%C', '/tmp')
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  const variables = await readFile(sandbox.path(value('EnvironmentFile').replace(/^-/, '')), 'utf8')
  return sandbox.run([...value('Environment').split(' '), ...variables.trim().split('\n')], value('ExecStart').split(' '))
}
