import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import type { Chart, ChartSource } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { Processes } from '../ports/process.ts'

export type ChartPorts = {
  readonly processes: Processes
  /** helm's environment, for a chart that has to be pulled. */
  readonly env: { readonly [name: string]: string }
  /** Pulled charts are kept in `charts/` below it. */
  readonly cacheDir: string
  readonly signal: AbortSignal
}

const PULL_MS = 60_000

/**
 * Finds the chart on this machine: a directory, a .tgz, or one pulled once from its repository (the version has to be
 * named) and kept. The digest is over its content. Throws a ProblemError (`chart/...`).
 */
export async function findChart(source: ChartSource, ports: ChartPorts): Promise<Chart> {
  const path = 'path' in source ? source.path : await pulled(source, ports)
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new ProblemError(missing(path))
  const { text, digest } = info.isDirectory() ? await readDirectory(path) : await readArchive(path)
  const chart = describe(text, path, digest)
  if (!('path' in source) && source.version !== undefined && chart.version !== source.version)
    throw new ProblemError(otherVersion(chart, source.version))
  return chart
}

async function readDirectory(path: string): Promise<{ text: string; digest: string }> {
  const names = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const files = names.map((entry) => join(entry.parentPath, entry.name)).sort()
  const contents = await Promise.all(files.map((file) => readFile(file)))
  const hash = createHash('sha256')
  files.forEach((file, i) => {
    const content = contents[i] as Buffer
    hash.update(`${file.slice(path.length)}\0${content.length}\0`).update(content)
  })
  const text = await readFile(join(path, 'Chart.yaml'), 'utf8').catch(() => '')
  return { text, digest: `sha256:${hash.digest('hex')}` }
}

async function readArchive(path: string): Promise<{ text: string; digest: string }> {
  const bytes = await readFile(path)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  try {
    return { text: await chartYamlOf(gunzipSync(bytes)), digest }
  } catch {
    throw new ProblemError(notAChart(path))
  }
}

/** `NAME/Chart.yaml` of a packaged chart; its subcharts have theirs further down. */
async function chartYamlOf(tar: Buffer): Promise<string> {
  // A bundle knows a CommonJS library by its default alone.
  const { default: tarStream } = await import('tar-stream')
  const unpack = tarStream.extract()
  unpack.end(tar)
  for await (const entry of unpack) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    if (/^[^/]+\/Chart\.yaml$/.test(entry.header.name)) return Buffer.concat(chunks).toString('utf8')
  }
  return ''
}

function describe(text: string, path: string, digest: string): Chart {
  const value: unknown = text === '' ? undefined : parse(text, { prettyErrors: false })
  if (!isMap(value) || typeof value.name !== 'string' || typeof value.version !== 'string') throw new ProblemError(notAChart(path))
  return {
    name: value.name,
    version: value.version,
    ...(typeof value.appVersion === 'string' && { appVersion: value.appVersion }),
    digest,
    source: { path },
  }
}

type Remote = Exclude<ChartSource, { path: string }>

/** Pulled once: the same version is the same chart, and a later plan starts no helm. */
async function pulled(source: Remote, ports: ChartPorts): Promise<string> {
  if (source.version === undefined) throw new ProblemError(unpinned())
  const where = 'oci' in source ? source.oci : `${source.repo}#${source.name}`
  const key = createHash('sha256').update(`${where}@${source.version}`).digest('hex').slice(0, 32)
  const kept = join(ports.cacheDir, 'charts', `${key}.tgz`)
  const found = await stat(kept).catch(() => undefined)
  if (found === undefined) await pull(source, kept, ports)
  return kept
}

async function pull(source: Remote, kept: string, { processes, env, signal }: ChartPorts): Promise<void> {
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(`${kept}.pull-`)
  try {
    const from = 'oci' in source ? [source.oci] : [source.name, '--repo', source.repo]
    const command = ['helm', 'pull', ...from, '--version', String(source.version), '--destination', folder] as const
    const { code, stderr } = await processes.run({ command: [...command] as [string, ...string[]], env, timeoutMs: PULL_MS, signal })
    const [file] = await readdir(folder)
    if (code !== 0 || file === undefined) throw new ProblemError(notPulled(source, stderr))
    await rename(join(folder, file), kept)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function missing(path: string): Problem {
  return {
    code: 'chart/missing',
    summary: `There is no chart at ${path}.`,
    remedy: 'Mend release.chart.path: a folder with Chart.yaml in it, or a .tgz.',
  }
}

function notAChart(path: string): Problem {
  return {
    code: 'chart/not-a-chart',
    summary: `${path} is no chart: it has no Chart.yaml with a name and a version.`,
    remedy: 'Mend release.chart.path: a folder with Chart.yaml in it, or a .tgz made by helm package.',
  }
}

function otherVersion({ version }: Chart, wanted: string): Problem {
  return {
    code: 'chart/other-version',
    summary: `The chart that was pulled calls itself ${version}, not ${wanted}.`,
    remedy: 'Look at release.chart in desired-state.yaml.',
  }
}

function unpinned(): Problem {
  return {
    code: 'chart/unpinned',
    summary: 'The chart’s version is not named, so every day could bring another one.',
    remedy: 'Name it: release.chart.version. helm search repo, or the release notes, tell which.',
  }
}

function notPulled(source: Remote, stderr: string): Problem {
  const where = 'oci' in source ? source.oci : `${source.name} in ${source.repo}`
  const detail = stderr.trim().split('\n').at(-1) ?? ''
  return {
    code: 'chart/not-pulled',
    summary: `The chart ${where} ${source.version ?? ''} cannot be pulled.`,
    ...(detail !== '' && { detail }),
    remedy: 'Look at release.chart; without internet take the packaged chart along and name it by release.chart.path.',
  }
}
