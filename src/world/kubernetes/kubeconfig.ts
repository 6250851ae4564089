import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'

export type YamlMap = { readonly [key: string]: unknown }
export type Kubeconfig = {
  readonly files: readonly string[]
  readonly context: string
  readonly cluster: YamlMap
  readonly user: YamlMap
}

export type KubeconfigOptions = {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string
  /** `--context`, or the context that the desired state names. */
  readonly context?: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly home: string
  readonly cwd: string
}

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig`, else KUBECONFIG (a list: the first file that defines a name wins), else
 * ~/.kube/config. File references in it become absolute. Throws a ProblemError that names what is missing.
 */
export async function readKubeconfig(options: KubeconfigOptions): Promise<Kubeconfig> {
  const files = kubeconfigFiles(options)
  const configs = (await Promise.all(files.map((file) => load(file, options)))).filter((config) => config !== undefined)
  if (configs.length === 0) throw new ProblemError(noKubeconfig(files))
  const context =
    options.context ?? configs.map((config) => config['current-context']).find((name) => typeof name === 'string' && name !== '')
  if (typeof context !== 'string') throw new ProblemError(noContext(files))
  const contextBody = find(configs, 'contexts', 'context', context)
  if (contextBody === undefined) throw new ProblemError(unknownContext(context, configs))
  const cluster = find(configs, 'clusters', 'cluster', String(contextBody.cluster))
  if (cluster === undefined || typeof cluster.server !== 'string') throw new ProblemError(noServer(context))
  return { files, context, cluster, user: find(configs, 'users', 'user', String(contextBody.user)) ?? {} }
}

/** The absolute paths that a kubeconfig is read from, whether they exist or not. */
export function kubeconfigFiles({ kubeconfig, env, home, cwd }: Omit<KubeconfigOptions, 'context'>): string[] {
  const named = kubeconfig !== undefined ? [kubeconfig] : (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  return named.length > 0 ? named.map((file) => resolve(cwd, file)) : [join(home, '.kube', 'config')]
}

async function load(file: string, options: KubeconfigOptions): Promise<YamlMap | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // kubectl skips missing files of a list, and so does groundcrew; a file given by --kubeconfig must exist.
    if (error.code === 'ENOENT' && options.kubeconfig === undefined) return undefined
    throw new ProblemError(unreadable(file, error.code ?? ''))
  })
  if (text === undefined) return undefined
  const value = parseYaml(text, file)
  return withAbsolutePaths(value, dirname(file))
}

function parseYaml(text: string, file: string): YamlMap {
  try {
    const value: unknown = parse(text, { prettyErrors: false })
    if (isMap(value)) return value
  } catch {
    // The error's message would quote the file, keys included.
  }
  throw new ProblemError(unreadable(file, 'not a YAML map'))
}

const PATH_KEYS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

/** Paths in a kubeconfig are relative to it. */
function withAbsolutePaths(value: YamlMap, folder: string): YamlMap {
  const lists = ['clusters', 'users'].map((list) => [list, entries(value[list]).map((entry) => rebaseEntry(entry, folder))])
  return { ...value, ...Object.fromEntries(lists) }
}

function rebaseEntry(entry: YamlMap, folder: string): YamlMap {
  const inner = Object.entries(entry).map(([key, body]) => [key, isMap(body) ? rebaseBody(body, folder) : body])
  return Object.fromEntries(inner)
}

function rebaseBody(body: YamlMap, folder: string): YamlMap {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      PATH_KEYS.includes(key) && typeof value === 'string' && value !== '' ? resolve(folder, value) : value,
    ]),
  )
}

function find(configs: readonly YamlMap[], list: string, key: string, name: string): YamlMap | undefined {
  const entry = configs.flatMap((config) => entries(config[list])).find((candidate) => candidate.name === name)
  return entry !== undefined && isMap(entry[key]) ? entry[key] : undefined
}

function entries(list: unknown): YamlMap[] {
  return Array.isArray(list) ? list.filter((entry) => isMap(entry)) : []
}

function noKubeconfig(files: readonly string[]): Problem {
  const summary = `No kubeconfig found (${files.join(', ')}).`
  return { code: 'cluster/no-kubeconfig', summary, remedy: 'Set its path with --kubeconfig or KUBECONFIG.' }
}

function unreadable(file: string, why: string): Problem {
  return {
    code: 'cluster/kubeconfig-unreadable',
    summary: `The kubeconfig ${file} cannot be read (${why}).`,
    remedy: 'Use another one with --kubeconfig or KUBECONFIG.',
  }
}

function noContext(files: readonly string[]): Problem {
  const summary = `The kubeconfig ${files.join(', ')} has no current context.`
  return { code: 'cluster/no-context', summary, remedy: 'Set kubernetes.context in desired-state.yaml, or pass --context.' }
}

function unknownContext(context: string, configs: readonly YamlMap[]): Problem {
  const names = configs.flatMap((config) => entries(config.contexts)).map((context) => String(context.name))
  return {
    code: 'cluster/unknown-context',
    summary: `The kubeconfig has no context ${JSON.stringify(context)}.`,
    detail: `Its contexts: ${names.length === 0 ? 'none' : names.join(', ')}.`,
    remedy: 'Correct kubernetes.context in desired-state.yaml, or use another kubeconfig with --kubeconfig.',
  }
}

function noServer(context: string): Problem {
  return {
    code: 'cluster/no-server',
    summary: `The context ${context} has no server.`,
    remedy: 'Correct its cluster in the kubeconfig: kubectl config view',
  }
}
