import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChartSource } from '../../installation/installation.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { Processes } from '../ports/process.ts'

export type PullPorts = {
  readonly processes: Processes
  /** The environment of helm's process. */
  readonly env: { readonly [name: string]: string }
  /** Pulled charts are cached in `charts/` below it. */
  readonly cacheDir: string
  readonly signal: AbortSignal
}

type Remote = Exclude<ChartSource, { path: string }>

const PULL_TIMEOUT_MS = 60_000

/** Pulls a version once: it never changes, and a later plan starts no helm process. */
export async function pullOnce(source: Remote, ports: PullPorts): Promise<string> {
  const cachedPath = cachePath(source, ports)
  const existing = await stat(cachedPath).catch(() => undefined)
  if (existing === undefined) await pull(source, ports, async () => cachedPath)
  return cachedPath
}

/** Pulls the newest version, caches it under its version and returns that. */
export async function pullNewest(source: Remote, ports: PullPorts, versionAt: (path: string) => Promise<string>): Promise<string> {
  let version = ''
  await pull(source, ports, async (path) => {
    version = await versionAt(path)
    return cachePath({ ...source, version }, ports)
  })
  return version
}

function cachePath(source: Remote, { cacheDir }: PullPorts): string {
  const origin = 'oci' in source ? source.oci : `${source.repo}#${source.name}`
  const key = createHash('sha256').update(`${origin}@${source.version}`).digest('hex').slice(0, 32)
  return join(cacheDir, 'charts', `${key}.tgz`)
}

async function pull(source: Remote, ports: PullPorts, targetOf: (path: string) => Promise<string>): Promise<void> {
  const { processes, env, signal, cacheDir } = ports
  await mkdir(join(cacheDir, 'charts'), { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(cacheDir, 'charts', 'pull-'))
  try {
    const chartArgs = 'oci' in source ? [source.oci] : [source.name, '--repo', source.repo]
    const version = source.version === undefined ? [] : ['--version', source.version]
    const command = ['helm', 'pull', ...chartArgs, ...version, '--destination', folder] as const
    const { code, stderr } = await processes.run({
      command: [...command] as [string, ...string[]],
      env,
      timeoutMs: PULL_TIMEOUT_MS,
      signal,
    })
    const [file] = await readdir(folder)
    if (code !== 0 || file === undefined) throw new ProblemError(notPulled(source, stderr))
    await rename(join(folder, file), await targetOf(join(folder, file)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function notPulled(source: Remote, stderr: string): Problem {
  const chart = 'oci' in source ? source.oci : `${source.name} in ${source.repo}`
  const detail = stderr.trim().split('\n').at(-1) ?? ''
  return {
    code: 'chart/not-pulled',
    summary: `The chart ${chart}${source.version === undefined ? '' : ` ${source.version}`} could not be pulled.`,
    ...(detail !== '' && { detail }),
    remedy: 'Check release.chart. Without internet access, copy the packaged chart to this machine and set release.chart.path.',
  }
}
