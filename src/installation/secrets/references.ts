import { canonicalJson, type Json, type JsonPointer } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Processes } from '../../world/ports/process.ts'
import type { Installation, SecretInput, SecretReference } from '../installation.ts'
import { checkSecrets } from './checkSecrets.ts'
import { childEnvironment } from './childEnvironment.ts'
import type { SecretCache } from './secretCache.ts'
import { secretInputs } from './secretInputs.ts'

/** What opening references needs of this machine. `readFile` and `stat` are those of node:fs/promises. */
export type ReferencePorts = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly readFile: (path: string) => Promise<Buffer>
  readonly stat: (path: string) => Promise<{ readonly mode: number }>
  readonly run: Processes['run']
  readonly now: () => Date
  readonly signal?: AbortSignal
  /** What commands answered before, where somebody keeps that. */
  readonly kept?: SecretCache | undefined
}

/** `warnings`: what is refused for a new installation only; see NEW_INSTALL_ONLY in checkSecrets.ts. */
export type Opened =
  | { readonly secrets: ReadonlyMap<JsonPointer, Sealed>; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

const COMMAND_TIMEOUT_MS = 30_000
const WRITABLE_BY_OTHERS = 0o022

/**
 * Reads the secrets of the installation on this machine and checks its form; nothing is contacted but what a `{command}`
 * contacts itself. All problems come at once. The encryption key comes back as PEM, whatever its spelling was.
 * `inputs`: which of them, all by default.
 */
export async function openReferences(it: Installation, ports: ReferencePorts, inputs = secretInputs(it)): Promise<Opened> {
  const unsafe = await commandsUnsafe(it, inputs, ports)
  if (unsafe !== undefined) return { problems: [unsafe] }
  const opened = await Promise.all(openAll(it, inputs, ports))
  const unread = opened.flatMap((one) => ('problem' in one ? [one.problem] : []))
  const secrets = new Map(opened.flatMap((one) => ('secret' in one ? [[one.at, one.secret] as const] : [])))
  const checked = checkSecrets(it, secrets, ports.now())
  const problems = [...unread, ...checked.problems].sort(byPosition)
  return problems.length > 0 ? { problems } : { secrets: checked.secrets, warnings: checked.warnings }
}

type Outcome = { readonly at: JsonPointer; readonly secret: Sealed } | { readonly problem: Problem }

/** One source is read once, however often it is named. */
function openAll(it: Installation, inputs: readonly SecretInput[], ports: ReferencePorts): Promise<Outcome>[] {
  const reads = new Map<string, Promise<Read>>()
  return inputs.map(async ({ at, from }) => {
    const key = canonicalJson(from as Json)
    const read = reads.get(key) ?? open(it, from, ports)
    reads.set(key, read)
    const found = await read
    if (found instanceof Sealed) return { at, secret: found }
    const position = it.positions.get(at)
    return { problem: { ...found, summary: `${name(at)}: ${found.summary}`, ...(position && { at: position }) } }
  })
}

type Read = Sealed | Problem

async function open(it: Installation, from: SecretReference, ports: ReferencePorts): Promise<Read> {
  if ('file' in from) return openFile(from.file, ports)
  return 'command' in from ? openKept(it, from, ports) : openVariable(from.env, ports)
}

async function openKept(it: Installation, from: CommandReference, ports: ReferencePorts): Promise<Read> {
  const source = canonicalJson(from as Json)
  const found = ports.kept?.get(source) ?? (await openCommand(it, from, ports))
  if (found instanceof Sealed) ports.kept?.set(source, found)
  return found
}

function openVariable(variable: string, { env }: ReferencePorts): Read {
  const value = env[variable]
  if (value !== undefined && value !== '') return Sealed.of(value)
  // A name in small letters may be a secret that was pasted where the name belongs.
  const shown = /^[A-Z][A-Z0-9_]*$/.test(variable) ? variable : undefined
  const what = shown === undefined ? 'the environment variable it names' : `the environment variable ${shown}`
  return {
    code: value === undefined ? 'reference/variable-missing' : 'reference/empty',
    summary: `${what} is ${value === undefined ? 'not set' : 'empty'}.`,
    remedy: `Set it for groundcrew: read -rs ${shown ?? 'NAME'}; export ${shown ?? 'NAME'}`,
  }
}

async function openFile(path: string, { readFile }: ReferencePorts): Promise<Read> {
  try {
    const text = withoutNewline((await readFile(path)).toString('utf8'))
    return text === '' ? emptySource(`the file ${path}`, 'Write the secret into it.') : Sealed.of(text)
  } catch (error) {
    return unreadable(path, (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}

function unreadable(path: string, code: string): Problem {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return {
      code: 'reference/file-missing',
      summary: `the file ${path} does not exist.`,
      remedy: `Create it, or correct the path; paths count from the folder of the desired state.`,
    }
  if (code === 'EISDIR') return { code: 'reference/file-unreadable', summary: `${path} is a directory.`, remedy: 'Name the file in it.' }
  return {
    code: 'reference/file-unreadable',
    summary: `the file ${path} cannot be read (${code}).`,
    remedy: `Look at its rights: ls -l ${quoted(path)}`,
  }
}

type CommandReference = Extract<SecretReference, { readonly command: readonly string[] }>

async function openCommand(it: Installation, { command, env }: CommandReference, ports: ReferencePorts): Promise<Read> {
  const [program = '', ...args] = command
  try {
    const result = await ports.run({
      command: [program, ...args],
      env: childEnvironment(ports.env, it, env),
      timeoutMs: COMMAND_TIMEOUT_MS,
      ...(ports.signal && { signal: ports.signal }),
    })
    // What a program prints when it fails may hold anything: it is not passed on.
    if (result.code !== 0) return failed(program, result.code, result.signal)
    const text = withoutNewline(result.stdout)
    return text === '' ? emptySource(`the output of ${program}`, 'Run the command by hand to see what it prints.') : Sealed.of(text)
  } catch (error) {
    const why = error instanceof ProblemError ? error.problems[0] : undefined
    return why === undefined ? failed(program, null, null) : { ...why, code: `reference/${why.code.replace('/', '-')}` }
  }
}

function failed(program: string, code: number | null, signal: string | null): Problem {
  const how = code === null ? (signal === null ? 'failed' : `was ended by ${signal}`) : `ended with exit code ${code}`
  const remedy =
    'Run the command by hand to see what it says. It gets only PATH, HOME and the like: name what else it needs under env, as in env: [VAULT_ADDR, VAULT_TOKEN].'
  return { code: 'reference/command-failed', summary: `${program} ${how}.`, remedy }
}

function emptySource(what: string, remedy: string): Problem {
  return { code: 'reference/empty', summary: `${what} is empty.`, remedy }
}

/** Whoever may write the file could have groundcrew run any program. */
async function commandsUnsafe(it: Installation, inputs: readonly SecretInput[], { stat }: ReferencePorts): Promise<Problem | undefined> {
  const first = inputs.find(({ from }) => 'command' in from)
  if (first === undefined) return undefined
  const mode = await stat(it.path).then(
    (found) => found.mode,
    () => WRITABLE_BY_OTHERS,
  )
  if ((mode & WRITABLE_BY_OTHERS) === 0) return undefined
  const at = it.positions.get(first.at)
  return {
    code: 'reference/file-writable',
    summary: 'The desired state runs commands, and others than its owner may write it.',
    ...(at && { at }),
    remedy: `chmod go-w ${quoted(it.path)}`,
  }
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function name(at: JsonPointer): string {
  return at.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

function byPosition(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.col ?? 0) - (b.at?.col ?? 0)
}
