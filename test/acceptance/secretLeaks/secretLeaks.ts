import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { AuditEvent } from '../../../scripts/lab/index.ts'
import { helmRecords } from '../support/assertions.ts'
import { traced } from '../support/execTrace.ts'
import * as guide from '../support/guide.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import type { RunResult } from '../support/run.ts'
import { Canaries } from './canaries.ts'
import { type Planted, plant } from './inputs.ts'
import { mistakes } from './mistakes.ts'

export const canaries: Check = {
  name: 'canaries',
  about: 'canary values in every secret input appear nowhere but in the Secrets: plain, base64 or hex',
  async run(report, isQuick) {
    await using site = await LabInstallation.open()
    const planted = await plant(site)
    await search(report, site, planted)
    await makeMistakes(report, site, isQuick)
  },
}

async function search(report: Report, site: LabInstallation, planted: Planted): Promise<void> {
  const { file, env, canaries } = planted
  const outputs: [string, RunResult][] = []
  const run = async (name: string, args: readonly string[], exit: number): Promise<void> => {
    const ran = await site.groundcrew([...args, '-f', file], { env })
    outputs.push([name, ran])
    expectExit(ran, exit)
  }
  await report.line('the canaries are applied, and drifted and repaired', async () => {
    await run('plan', ['plan', '--log-level', 'debug'], 0)
    await applyTraced(report, site, planted, outputs)
    await hideOneMore(site, canaries)
    await run('plan of a drift', ['plan', '--detailed-exitcode'], 2)
    await run('repair', ['apply', '--auto-approve', '--log-level', 'debug'], 0)
    await site.helm('uninstall', 'spacelift', '--wait')
    await run('recovery', ['apply', '--auto-approve'], 0)
    return `${canaries.count} canaries`
  })
  await report.line('they are where they belong: the search finds what is there', () => areApplied(site, canaries))
  await report.line('not on stdout or stderr', async () => {
    for (const [name, { stdout, stderr }] of outputs) canaries.expectNone(name, stdout + stderr)
    return `${outputs.length} runs`
  })
  await report.line('not in the state, nor in any cache or temporary file', async () => {
    const files = [...(await filesBelow(site.state)), ...(await filesBelow(site.home))]
    for (const path of files) canaries.expectNone(path, await readFile(path, 'latin1'))
    return `${files.length} files`
  })
  await report.line('not in any request in the audit log but the writes of the Secrets themselves', () => auditLog(site, canaries))
  await report.line("not in helm's records of the release", async () => {
    const records = await helmRecords(site)
    for (const record of records) canaries.expectNone('a record', record)
    return `${records.length} records`
  })
}

/** A first apply under a trace that shows every argument and variable of every program started. */
async function applyTraced(
  report: Report,
  site: LabInstallation,
  { file, env, canaries }: Planted,
  outputs: [string, RunResult][],
): Promise<void> {
  const { ran, started } = await traced(site, ['apply', '--auto-approve', '-f', file], { env })
  outputs.push(['apply', ran])
  expectExit(ran, 0)
  await report.line('not among the arguments or variables of any program that was started', async () => {
    // What comes before Node is the launcher, which has the environment that the person gave.
    const children = started.slice(started.findIndex(({ program }) => program.endsWith('/node')) + 1)
    if (!children.some(({ program }) => program.endsWith('/helm'))) throw new Error('the trace does not even show helm')
    for (const { program, line } of children) canaries.expectNone(program, line)
    return `${children.length} programs`
  })
}

/** A secret that somebody else put there is a secret as well. */
async function hideOneMore(site: LabInstallation, canaries: Canaries): Promise<void> {
  const foreign = 'ForeignCanary7hT2kQ9z'
  canaries.add('a value changed by hand', foreign)
  const stringData = { ADMIN_PASSWORD: foreign, SURPLUS: `${foreign}-2` }
  await site.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', '--type=merge', '-p', JSON.stringify({ stringData }))
}

async function areApplied(site: LabInstallation, canaries: Canaries): Promise<string> {
  const secrets = await site.kubectl('get', 'secrets', '-n', 'spacelift', '-o', 'yaml')
  const found = canaries.in(secrets)
  if (found.length < 8) throw new Error(`only ${found.join(', ')} found in the Secrets`)
  return `${found.length} found in the Secrets`
}

async function auditLog(site: LabInstallation, canaries: Canaries): Promise<string> {
  const lines = (await readFile(site.lab.env.AUDIT_LOG ?? '', 'utf8')).split('\n').filter(Boolean)
  const own = Object.keys(await guide.secrets(site))
  let checked = 0
  for (const line of lines) {
    const event = JSON.parse(line) as AuditEvent
    if (event.objectRef?.resource === 'secrets' && own.includes(event.objectRef.name ?? '')) continue
    checked++
    canaries.expectNone(`${event.verb} ${event.requestURI}`, line + unpacked(event))
  }
  return `${checked} of ${lines.length} events`
}

/** What is inside a release's Secret when it is written. */
function unpacked({ requestObject }: AuditEvent): string {
  const release = (requestObject as { data?: { release?: string } } | undefined)?.data?.release
  if (release === undefined) return ''
  return gunzipSync(Buffer.from(Buffer.from(release, 'base64').toString(), 'base64')).toString()
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function makeMistakes(report: Report, site: LabInstallation, isQuick: boolean): Promise<void> {
  const all = (await mistakes(site)).filter((_, i) => !isQuick || i % 5 === 0)
  await report.line(
    'secrets in clear, under misspelt keys, in broken YAML and in unusable inputs: exit 1 and not a word of them',
    async () => {
      const leaks: string[] = []
      for (const { name, secret, file } of all) {
        const ran = await site.groundcrew(['plan', '-f', file])
        const found = new Canaries()
        found.add('it', secret)
        const where = found.in(ran.stdout + ran.stderr)
        if (ran.code !== 1 || where.length > 0 || ran.stderr === '') leaks.push(`${name}: exit ${ran.code} ${where.join(', ')}`)
      }
      if (leaks.length > 0) throw new Error(leaks.join('\n'))
      return `${all.length} mistakes`
    },
  )
  await report.line('nor are they in the state or in a cache', async () => {
    const files = [...(await filesBelow(site.state)), ...(await filesBelow(site.home))]
    const found = new Canaries()
    for (const [i, { secret }] of all.entries()) found.add(`mistake ${i}`, secret)
    for (const path of files) found.expectNone(path, await readFile(path, 'latin1'))
    expectText(String(files.length), /[1-9]/)
    return `${files.length} files`
  })
}
