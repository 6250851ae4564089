import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { isMap } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'

export type Named = { readonly [key: string]: unknown }
export type Kubeconfig = {
  readonly files: readonly string[]
  readonly context: string
  readonly cluster: Named
  readonly user: Named
}

export type KubeconfigQuestion = {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string
  /** `--context`, or the one the desired state names. */
  readonly context?: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly home: string
  readonly cwd: string
}

/**
 * Reads the kubeconfig as kubectl does: `--kubeconfig`, else KUBECONFIG (a list: the first to name something wins), else
 * ~/.kube/config. File references in it become absolute. Throws a ProblemError naming what is missing.
 */
export async function readKubeconfig(question: KubeconfigQuestion): Promise<Kubeconfig> {
  const files = kubeconfigFiles(question)
  const read = (await Promise.all(files.map((file) => load(file, question)))).filter((one) => one !== undefined)
  if (read.length === 0) throw new ProblemError(missing(files))
  const context = question.context ?? read.map((one) => one['current-context']).find((name) => typeof name === 'string' && name !== '')
  if (typeof context !== 'string') throw new ProblemError(noContext(files))
  const chosen = find(read, 'contexts', 'context', context)
  if (chosen === undefined) throw new ProblemError(unknownContext(context, read))
  const cluster = find(read, 'clusters', 'cluster', String(chosen.cluster))
  if (cluster === undefined || typeof cluster.server !== 'string') throw new ProblemError(noServer(context))
  return { files, context, cluster, user: find(read, 'users', 'user', String(chosen.user)) ?? {} }
}

/** Where a kubeconfig is looked for, whether it is there or not; absolute. */
export function kubeconfigFiles({ kubeconfig, env, home, cwd }: Omit<KubeconfigQuestion, 'context'>): string[] {
  const named = kubeconfig !== undefined ? [kubeconfig] : (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  return named.length > 0 ? named.map((file) => resolve(cwd, file)) : [join(home, '.kube', 'config')]
}

async function load(file: string, question: KubeconfigQuestion): Promise<Named | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // kubectl passes over missing files of a list, and so do we; one that was named must be there.
    if (error.code === 'ENOENT' && question.kubeconfig === undefined) return undefined
    throw new ProblemError(unreadable(file, error.code ?? ''))
  })
  if (text === undefined) return undefined
  const value = parseYaml(text, file)
  return absolute(value, dirname(file))
}

function parseYaml(text: string, file: string): Named {
  try {
    const value: unknown = parse(text, { prettyErrors: false })
    if (isMap(value)) return value
  } catch {
    // Its message would quote the file, keys included.
  }
  throw new ProblemError(unreadable(file, 'it is no YAML map'))
}

const PATHS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

/** Paths in a kubeconfig are relative to it. */
function absolute(value: Named, folder: string): Named {
  const lists = ['clusters', 'users'].map((list) => [list, entries(value[list]).map((entry) => rebase(entry, folder))])
  return { ...value, ...Object.fromEntries(lists) }
}

function rebase(entry: Named, folder: string): Named {
  const inner = Object.entries(entry).map(([key, body]) => [key, isMap(body) ? rebaseBody(body, folder) : body])
  return Object.fromEntries(inner)
}

function rebaseBody(body: Named, folder: string): Named {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      PATHS.includes(key) && typeof value === 'string' && value !== '' ? resolve(folder, value) : value,
    ]),
  )
}

function find(read: readonly Named[], list: string, key: string, name: string): Named | undefined {
  const entry = read.flatMap((one) => entries(one[list])).find((one) => one.name === name)
  return entry !== undefined && isMap(entry[key]) ? entry[key] : undefined
}

function entries(list: unknown): Named[] {
  return Array.isArray(list) ? list.filter((entry) => isMap(entry)) : []
}

function missing(files: readonly string[]): Problem {
  const summary = `There is no kubeconfig (looked at ${files.join(', ')}).`
  return { code: 'cluster/no-kubeconfig', summary, remedy: 'Name one with --kubeconfig or KUBECONFIG.' }
}

function unreadable(file: string, why: string): Problem {
  return {
    code: 'cluster/kubeconfig-unreadable',
    summary: `The kubeconfig ${file} cannot be read (${why}).`,
    remedy: 'Name another with --kubeconfig or KUBECONFIG.',
  }
}

function noContext(files: readonly string[]): Problem {
  const summary = `The kubeconfig ${files.join(', ')} has no current context.`
  return { code: 'cluster/no-context', summary, remedy: 'Name one: kubernetes.context in desired-state.yaml, or --context.' }
}

function unknownContext(context: string, read: readonly Named[]): Problem {
  const names = read.flatMap((one) => entries(one.contexts)).map((one) => String(one.name))
  return {
    code: 'cluster/unknown-context',
    summary: `The kubeconfig has no context ${JSON.stringify(context)}.`,
    detail: `It has: ${names.length === 0 ? 'none' : names.join(', ')}.`,
    remedy: 'Mend kubernetes.context in desired-state.yaml, or name another kubeconfig with --kubeconfig.',
  }
}

function noServer(context: string): Problem {
  return {
    code: 'cluster/no-server',
    summary: `The context ${context} names no server.`,
    remedy: 'Mend its cluster in the kubeconfig: kubectl config view.',
  }
}
