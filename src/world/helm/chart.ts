import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import type { Chart, ChartSource } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { type PullPorts, pullNewest, pullOnce } from './pull.ts'

export type ChartPorts = PullPorts & {
  /** The deployed chart's version, used for a chart without a version; undefined when nothing is deployed yet. */
  readonly versionInUse: () => Promise<string | undefined>
}

/**
 * Finds the chart on this machine: a folder, a .tgz, or a chart that is pulled once from its repository and cached. Without a
 * version in the file it stays at the version in use. The digest covers its content. Throws a ProblemError (`chart/...`).
 */
export async function findChart(source: ChartSource, ports: ChartPorts): Promise<Chart> {
  if ('path' in source || source.version !== undefined) return readChart(source, ports)
  const version = await ports.versionInUse()
  const chart = await readChart({ ...source, version: version ?? (await pullNewest(source, ports, versionAt)) }, ports)
  return { ...chart, isUnpinned: true }
}

async function versionAt(path: string): Promise<string> {
  const { text, digest } = await readArchive(path)
  return describe(text, path, digest).version
}

async function readChart(source: ChartSource, ports: ChartPorts): Promise<Chart> {
  const path = 'path' in source ? source.path : await pullOnce(source, ports)
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new ProblemError(missing(path))
  const isFolder = info.isDirectory()
  const { text, digest } = isFolder ? await readDirectory(path) : await readArchive(path)
  const chart = { ...describe(text, path, digest), isFolder, isUnpinned: false }
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

/** `NAME/Chart.yaml` of a packaged chart; subcharts have theirs in deeper folders. */
async function chartYamlOf(tar: Buffer): Promise<string> {
  // In the bundle, a CommonJS library has only its default export.
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

function describe(text: string, path: string, digest: string): Omit<Chart, 'isFolder' | 'isUnpinned'> {
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

function missing(path: string): Problem {
  return {
    code: 'chart/missing',
    summary: `There is no chart at ${path}.`,
    remedy: 'Correct release.chart.path: it must be a folder with a Chart.yaml, or a .tgz.',
  }
}

function notAChart(path: string): Problem {
  return {
    code: 'chart/not-a-chart',
    summary: `${path} is not a chart: it has no Chart.yaml with a name and a version.`,
    remedy: 'Correct release.chart.path: it must be a folder with a Chart.yaml, or a .tgz from helm package.',
  }
}

function otherVersion({ version }: Chart, expected: string): Problem {
  return {
    code: 'chart/other-version',
    summary: `The pulled chart has the version ${version}, not ${expected}.`,
    remedy: 'Check release.chart in desired-state.yaml, and the repository.',
  }
}
