import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, fromSource, type LabInstallation } from '../support/installation.ts'

const CALLS = 'openat,open,write,pwrite64,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat'

/** The system calls that change the state's files while groundcrew runs, in order, a repeated call once. */
export async function stateFileCalls(installation: LabInstallation, args: readonly string[]): Promise<string[]> {
  const log = join(installation.lab.dir, 'state.strace')
  const strace = ['strace', '-f', '-qq', '-y', '-s', '0', '-e', `trace=${CALLS}`, '-e', 'signal=none', '-o', log] as const
  expectExit(await installation.groundcrew(args, { program: [...strace, ...fromSource] }), 0)
  const lines = joinInterrupted((await readFile(log, 'utf8')).split('\n')).filter(
    (line) => line.includes(installation.state) && !line.includes('ENOENT'),
  )
  const calls = lines.flatMap((line) => callOf(line, installation.state))
  return calls.filter((call, i) => call !== calls[i - 1])
}

/** strace prints a call that another thread interrupts on two lines. */
function joinInterrupted(lines: readonly string[]): string[] {
  const unfinished = new Map<string, string>()
  return lines.flatMap((line) => {
    const thread = line.split(/\s/)[0] ?? ''
    if (line.endsWith('<unfinished ...>')) {
      unfinished.set(thread, line.replace(' <unfinished ...>', ''))
      return []
    }
    return line.includes(' resumed>') ? [`${unfinished.get(thread) ?? ''}${line.split(' resumed>')[1]}`] : [line]
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
  // The name of a new file has the id of its process in it.
  return [
    [call, ...names.map((name) => (name === folder ? 'state' : name.slice(folder.length + 1)).replace(/\.\d+\.new$/, '.new'))].join(' '),
  ]
}
