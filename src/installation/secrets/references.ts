import { canonicalJson, type Json, type JsonPointer } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Processes } from '../../world/ports/process.ts'
import type { Installation, SecretInput, SecretReference } from '../installation.ts'
import { checkSecrets } from './checkSecrets.ts'
import { childEnvironment } from './childEnvironment.ts'
import type { SecretCache } from './secretCache.ts'
import { secretInputs } from './secretInputs.ts'

/** The functions of this machine that reading secrets needs. `readFile` and `stat` are those of node:fs/promises. */
export type ReferencePorts = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly readFile: (path: string) => Promise<Buffer>
  readonly stat: (path: string) => Promise<{ readonly mode: number }>
  readonly run: Processes['run']
  readonly now: () => Date
  readonly signal?: AbortSignal
  /** Earlier output of commands, if the caller caches it. */
  readonly secretCache?: SecretCache | undefined
}

/** `warnings`: errors for a new installation only; see NEW_INSTALL_ONLY in checkSecrets.ts. */
export type Opened =
  | { readonly secrets: ReadonlyMap<JsonPointer, Sealed>; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

const COMMAND_TIMEOUT_MS = 30_000
const WRITABLE_BY_OTHERS = 0o022

/**
 * Reads the secrets of the installation on this machine and checks their format; contacts no server, although a
 * `{command}` may. All problems are returned at once. The encryption key is returned as PEM.
 * `inputs`: the secrets to read, all by default.
 */
export async function openReferences(
  installation: Installation,
  ports: ReferencePorts,
  inputs = secretInputs(installation),
): Promise<Opened> {
  const unsafe = await refuseUnsafeCommands(installation, inputs, ports)
  if (unsafe !== undefined) return { problems: [unsafe] }
  const opened = await Promise.all(openAll(installation, inputs, ports))
  const unread = opened.flatMap((input) => ('problem' in input ? [input.problem] : []))
  const secrets = new Map(opened.flatMap((input) => ('secret' in input ? [[input.at, input.secret] as const] : [])))
  const checked = checkSecrets(installation, secrets, ports.now())
  const problems = [...unread, ...checked.problems].sort(byPosition)
  return problems.length > 0 ? { problems } : { secrets: checked.secrets, warnings: checked.warnings }
}

type OpenedInput = { readonly at: JsonPointer; readonly secret: Sealed } | { readonly problem: Problem }

/** Reads each source once, even if several inputs name it. */
function openAll(installation: Installation, inputs: readonly SecretInput[], ports: ReferencePorts): Promise<OpenedInput>[] {
  const reads = new Map<string, Promise<SourceValue>>()
  return inputs.map(async ({ at, from }) => {
    const key = canonicalJson(from as Json)
    const read = reads.get(key) ?? open(installation, from, ports)
    reads.set(key, read)
    const value = await read
    if (value instanceof Sealed) return { at, secret: value }
    const position = installation.positions.get(at)
    return { problem: { ...value, summary: `${keyName(at)}: ${value.summary}`, ...(position && { at: position }) } }
  })
}

type SourceValue = Sealed | Problem

async function open(installation: Installation, from: SecretReference, ports: ReferencePorts): Promise<SourceValue> {
  if ('file' in from) return openFile(from.file, ports)
  return 'command' in from ? openCached(installation, from, ports) : openVariable(from.env, ports)
}

async function openCached(installation: Installation, from: CommandReference, ports: ReferencePorts): Promise<SourceValue> {
  const source = canonicalJson(from as Json)
  const value = ports.secretCache?.get(source) ?? (await openCommand(installation, from, ports))
  if (value instanceof Sealed) ports.secretCache?.set(source, value)
  return value
}

function openVariable(variable: string, { env }: ReferencePorts): SourceValue {
  const value = env[variable]
  if (value !== undefined && value !== '') return Sealed.of(value)
  // A name in lowercase may be a secret pasted by mistake.
  const shown = /^[A-Z][A-Z0-9_]*$/.test(variable) ? variable : undefined
  const source = shown === undefined ? 'the environment variable' : `the environment variable ${shown}`
  return {
    code: value === undefined ? 'reference/variable-missing' : 'reference/empty',
    summary: `${source} is ${value === undefined ? 'not set' : 'empty'}.`,
    remedy: `Set it: read -rs ${shown ?? 'NAME'}; export ${shown ?? 'NAME'}`,
  }
}

async function openFile(path: string, { readFile }: ReferencePorts): Promise<SourceValue> {
  try {
    const text = withoutNewline((await readFile(path)).toString('utf8'))
    return text === '' ? emptySource(`the file ${path}`, 'Write the secret to it.') : Sealed.of(text)
  } catch (error) {
    return unreadableFile(path, (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}

function unreadableFile(path: string, code: string): Problem {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return {
      code: 'reference/file-missing',
      summary: `the file ${path} does not exist.`,
      remedy: `Create it, or correct the path. Paths are relative to the folder of the desired state.`,
    }
  if (code === 'EISDIR')
    return { code: 'reference/file-unreadable', summary: `${path} is a directory.`, remedy: 'Use the path of a file in it.' }
  return {
    code: 'reference/file-unreadable',
    summary: `the file ${path} could not be read (${code}).`,
    remedy: `Check its permissions: ls -l ${quoted(path)}`,
  }
}

type CommandReference = Extract<SecretReference, { readonly command: readonly string[] }>

async function openCommand(installation: Installation, { command, env }: CommandReference, ports: ReferencePorts): Promise<SourceValue> {
  const [program = '', ...args] = command
  try {
    const result = await ports.run({
      command: [program, ...args],
      env: childEnvironment(ports.env, installation, env),
      timeoutMs: COMMAND_TIMEOUT_MS,
      ...(ports.signal && { signal: ports.signal }),
    })
    // The output of a failed program may contain a secret, so it is not shown.
    if (result.code !== 0) return commandFailed(program, result.code, result.signal)
    const text = withoutNewline(result.stdout)
    return text === '' ? emptySource(`the output of ${program}`, 'Run the command yourself to see its output.') : Sealed.of(text)
  } catch (error) {
    const why = error instanceof ProblemError ? error.problems[0] : undefined
    return why === undefined ? commandFailed(program, null, null) : { ...why, code: `reference/${why.code.replace('/', '-')}` }
  }
}

function commandFailed(program: string, code: number | null, signal: string | null): Problem {
  const how = code === null ? (signal === null ? 'failed' : `was terminated by ${signal}`) : `exited with code ${code}`
  const remedy =
    'Run the command yourself to see its error. It gets only PATH, HOME and the like: list other variables that it needs, as in env: [VAULT_ADDR, VAULT_TOKEN].'
  return { code: 'reference/command-failed', summary: `${program} ${how}.`, remedy }
}

function emptySource(source: string, remedy: string): Problem {
  return { code: 'reference/empty', summary: `${source} is empty.`, remedy }
}

/** Anyone who can write the file can make groundcrew run any program. */
async function refuseUnsafeCommands(
  installation: Installation,
  inputs: readonly SecretInput[],
  { stat }: ReferencePorts,
): Promise<Problem | undefined> {
  const first = inputs.find(({ from }) => 'command' in from)
  if (first === undefined) return undefined
  const mode = await stat(installation.path).then(
    (stats) => stats.mode,
    () => WRITABLE_BY_OTHERS,
  )
  if ((mode & WRITABLE_BY_OTHERS) === 0) return undefined
  const at = installation.positions.get(first.at)
  return {
    code: 'reference/file-writable',
    summary: 'The desired state runs commands, but users other than its owner can write to it.',
    ...(at && { at }),
    remedy: `chmod go-w ${quoted(installation.path)}`,
  }
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function keyName(at: JsonPointer): string {
  return at.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

function byPosition(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.col ?? 0) - (b.at?.col ?? 0)
}
