import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, expectSame, expectText, type LabInstallation, repository } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import type { RunResult } from '../support/run.ts'
import type { Inputs } from './inputs.ts'
import type { Jail } from './jail.ts'

/** deploy/groundcrew-drift.cron, its command word for word, with as little around it as cron gives. */
export async function cronLine(report: Report, site: LabInstallation, jail: Jail, it: Inputs): Promise<void> {
  const { command, env } = await shippedLine()
  await prepare(jail, it)
  const look = (): Promise<RunResult> =>
    jail.run([...env, 'SHELL=/bin/sh', 'PATH=/usr/bin:/bin', 'LOGNAME=groundcrew'], ['/bin/sh', '-c', command])
  await report.line('the cron line as shipped, nothing drifted: exit 0, not a byte', async () => {
    const { stdout, stderr } = expectExit(await look(), 0)
    expectSame({ stdout, stderr }, { stdout: '', stderr: '' })
    return command.split('; ').at(-1)
  })
  await site.mc('version', 'suspend', 'lab/spacelift-states')
  await report.line('the cron line as shipped, drift: exit 2, and the second mail says since when', async () => {
    const first = expectExit(await look(), 2)
    expectText(first.stdout, /spacelift-states[\s\S]*versioning/)
    const second = expectExit(await look(), 2)
    expectSame(second.stdout, first.stdout)
    return /since \S+/.exec(second.stdout)?.[0]
  })
  await report.line('the command of groundcrew-drift.service as shipped: the same report', async () => {
    expectText(expectExit(await service(jail), 2).stdout, /spacelift-states[\s\S]*since/)
    return undefined
  })
  expectExit(await site.apply(), 0)
}

/** Fields of a line in /etc/cron.d: five for the time, the user, and all the rest is the command. */
async function shippedLine(): Promise<{ command: string; env: string[] }> {
  const lines = (await readFile(join(repository, 'deploy/groundcrew-drift.cron'), 'utf8')).split('\n')
  const [, command = ''] = /^(?:\S+\s+){5}groundcrew\s+(.*)$/.exec(lines.find((line) => /^\d/.test(line)) ?? '') ?? []
  return { command, env: lines.filter((line) => /^[A-Z]+=/.test(line)) }
}

/** Where the comments of the files say that things stand. */
async function prepare(jail: Jail, it: Inputs): Promise<void> {
  await jail.write('/etc/groundcrew/desired-state.yaml', it.desiredState)
  await jail.write('/etc/groundcrew/ca.pem', it.ca)
  await jail.write('/etc/groundcrew/drift.kubeconfig', it.kubeconfig)
  await jail.write('/etc/groundcrew/drift.environment', `${it.environment.join('\n')}\n`)
  await jail.write('/var/lib/groundcrew/state/installation.json', it.state)
  await jail.own('/etc/groundcrew')
  await jail.own('/var/lib/groundcrew')
}

/** What systemd would run: its specifiers are StateDirectory= and CacheDirectory=. */
async function service(jail: Jail): Promise<RunResult> {
  const text = (await readFile(join(repository, 'deploy/groundcrew-drift.service'), 'utf8'))
    .replaceAll('%S', '/var/lib')
    .replaceAll('%C', '/tmp')
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  const variables = await readFile(jail.path(value('EnvironmentFile').replace(/^-/, '')), 'utf8')
  return jail.run([...value('Environment').split(' '), ...variables.trim().split('\n')], value('ExecStart').split(' '))
}
