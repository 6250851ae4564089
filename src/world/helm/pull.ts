import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChartSource } from '../../installation/installation.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { Processes } from '../ports/process.ts'

export type PullPorts = {
  readonly processes: Processes
  /** helm's environment. */
  readonly env: { readonly [name: string]: string }
  /** Pulled charts are kept in `charts/` below it. */
  readonly cacheDir: string
  readonly signal: AbortSignal
}

type Remote = Exclude<ChartSource, { path: string }>

const PULL_MS = 60_000

/** Pulled once: the same version is the same chart, and a later plan starts no helm. */
export async function pulled(source: Remote, ports: PullPorts): Promise<string> {
  const kept = keptAt(source, ports)
  const found = await stat(kept).catch(() => undefined)
  if (found === undefined) await pull(source, ports, async () => kept)
  return kept
}

/** Pulls the newest, keeps it under its version and answers that. */
export async function pullNewest(source: Remote, ports: PullPorts, versionAt: (path: string) => Promise<string>): Promise<string> {
  let version = ''
  await pull(source, ports, async (path) => {
    version = await versionAt(path)
    return keptAt({ ...source, version }, ports)
  })
  return version
}

function keptAt(source: Remote, { cacheDir }: PullPorts): string {
  const where = 'oci' in source ? source.oci : `${source.repo}#${source.name}`
  const key = createHash('sha256').update(`${where}@${source.version}`).digest('hex').slice(0, 32)
  return join(cacheDir, 'charts', `${key}.tgz`)
}

async function pull(source: Remote, ports: PullPorts, whereTo: (path: string) => Promise<string>): Promise<void> {
  const { processes, env, signal, cacheDir } = ports
  await mkdir(join(cacheDir, 'charts'), { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(cacheDir, 'charts', 'pull-'))
  try {
    const from = 'oci' in source ? [source.oci] : [source.name, '--repo', source.repo]
    const version = source.version === undefined ? [] : ['--version', source.version]
    const command = ['helm', 'pull', ...from, ...version, '--destination', folder] as const
    const { code, stderr } = await processes.run({ command: [...command] as [string, ...string[]], env, timeoutMs: PULL_MS, signal })
    const [file] = await readdir(folder)
    if (code !== 0 || file === undefined) throw new ProblemError(notPulled(source, stderr))
    await rename(join(folder, file), await whereTo(join(folder, file)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function notPulled(source: Remote, stderr: string): Problem {
  const where = 'oci' in source ? source.oci : `${source.name} in ${source.repo}`
  const detail = stderr.trim().split('\n').at(-1) ?? ''
  return {
    code: 'chart/not-pulled',
    summary: `The chart ${where}${source.version === undefined ? '' : ` ${source.version}`} cannot be pulled.`,
    ...(detail !== '' && { detail }),
    remedy: 'Look at release.chart; without internet take the packaged chart along and name it by release.chart.path.',
  }
}
