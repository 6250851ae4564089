import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, expectSame, fromSource, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'

const CALLS = 'openat,open,write,pwrite64,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat'

/** By the kernel's word: written aside, flushed, renamed, and the folder flushed; the one before is kept by its name alone. */
export async function orderOfWriting(report: Report, site: LabInstallation): Promise<void> {
  await report.line('a state is written aside, flushed and renamed, then its folder is flushed; the one before is kept', async () => {
    const before = await readFile(join(site.state, 'installation.json'), 'utf8')
    const calls = await traceOf(site, ['state', 'rm', 'bucket/spacelift-metadata'])
    expectSame(calls, [
      'link installation.json installation.json.previous.new',
      'rename installation.json.previous.new installation.json.previous',
      'write installation.json.new',
      'fsync installation.json.new',
      'rename installation.json.new installation.json',
      'fsync state',
    ])
    const kept = await readFile(join(site.state, 'installation.json.previous'), 'utf8')
    if (kept !== before) throw new Error('the state before is not what was kept')
    return calls.map((call) => call.split(' ')[0]).join(', ')
  })
}

/** What happened to the state's files, in order, a repeated call once. */
async function traceOf(site: LabInstallation, args: readonly string[]): Promise<string[]> {
  const log = join(site.lab.dir, 'state.strace')
  const strace = ['strace', '-f', '-qq', '-y', '-s', '0', '-e', `trace=${CALLS}`, '-e', 'signal=none', '-o', log] as const
  expectExit(await site.groundcrew(args, { program: [...strace, ...fromSource] }), 0)
  const lines = joined((await readFile(log, 'utf8')).split('\n')).filter((line) => line.includes(site.state) && !line.includes('ENOENT'))
  const calls = lines.flatMap((line) => callOf(line, site.state))
  return calls.filter((call, i) => call !== calls[i - 1])
}

/** A call that another thread interrupted stands on two lines. */
function joined(lines: readonly string[]): string[] {
  const begun = new Map<string, string>()
  return lines.flatMap((line) => {
    const thread = line.split(/\s/)[0] ?? ''
    if (line.endsWith('<unfinished ...>')) {
      begun.set(thread, line.replace(' <unfinished ...>', ''))
      return []
    }
    return line.includes(' resumed>') ? [`${begun.get(thread) ?? ''}${line.split(' resumed>')[1]}`] : [line]
  })
}

function callOf(line: string, folder: string): string[] {
  const call =
    /^\d+\s+(\w+)\(/
      .exec(line)?.[1]
      ?.replace(/at2?$|64$/, '')
      .replace(/^p(?=write)|^fdata(?=sync)/, '') ?? ''
  const paths = [...line.matchAll(/"([^"]+)"|<([^<>]+)>/g)].map(([, quoted, described]) => quoted ?? described ?? '')
  const names = [...new Set(paths.filter((path) => path === folder || path.startsWith(`${folder}/`)))]
  if (!['write', 'fsync', 'link', 'rename'].includes(call) || names.length === 0) return []
  // The process's id keeps two writers apart.
  return [
    [call, ...names.map((name) => (name === folder ? 'state' : name.slice(folder.length + 1)).replace(/\.\d+\.new$/, '.new'))].join(' '),
  ]
}
