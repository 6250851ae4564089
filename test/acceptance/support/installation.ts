import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Document, parseDocument } from 'yaml'
import { type Lab, type StartOptions, startLab } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journalRecord.ts'
import type { State } from '../../../src/state/state.ts'
import { type Command, type RunOptions, type RunResult, run, runOk } from './run.ts'

export const repository = fileURLToPath(new URL('../../..', import.meta.url))
/** From source: a bundle may be older, or may just be written. */
export const fromSource: Command = [process.execPath, '--disable-warning=ExperimentalWarning', join(repository, 'src/bin.ts')]

/** How one run of groundcrew differs from a plain one. */
export type GroundcrewOptions = Omit<RunOptions, 'env'> & { env?: Record<string, string>; program?: Command }

/** An installation on a lab of its own, with groundcrew on one side and kubectl, helm, mc, skopeo on the other. */
export class LabInstallation {
  readonly lab: Lab
  /** HOME of groundcrew and helm: their caches are below it and can be searched. */
  readonly home: string

  private constructor(lab: Lab) {
    this.lab = lab
    this.home = join(lab.dir, 'home')
  }

  static async open(options: Pick<StartOptions, 'imageSize' | 'registries'> = {}): Promise<LabInstallation> {
    const installation = new LabInstallation(await startLab(options))
    await mkdir(join(installation.home, 'tmp'), { recursive: true })
    return installation
  }

  /** An installation with everything applied. */
  static async applied(): Promise<LabInstallation> {
    const installation = await LabInstallation.open()
    expectExit(await installation.apply(), 0)
    return installation
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.stop()
  }

  get file(): string {
    return this.lab.desiredState
  }

  get folder(): string {
    return dirname(this.file)
  }

  get state(): string {
    return join(this.folder, 'state')
  }

  /** The environment of a fresh shell: none of the lab's variables may help groundcrew. */
  get ownEnv(): Record<string, string> {
    const { PATH = '', KUBECONFIG = '' } = this.lab.env
    return { PATH, KUBECONFIG, HOME: this.home, TMPDIR: join(this.home, 'tmp'), USER: 'operator', LANG: 'C.UTF-8' }
  }

  /** Runs groundcrew; without `-f` among the arguments on this installation's own file. */
  groundcrew(args: readonly string[], { env, program = fromSource, ...options }: GroundcrewOptions = {}): Promise<RunResult> {
    const file = args.includes('-f') ? [] : ['-f', this.file]
    return run([...program, ...args, ...file] as unknown as Command, { ...options, env: { ...this.ownEnv, ...env } })
  }

  plan(...flags: readonly string[]): Promise<RunResult> {
    return this.groundcrew(['plan', '--detailed-exitcode', ...flags])
  }

  apply(...flags: readonly string[]): Promise<RunResult> {
    return this.groundcrew(['apply', '--auto-approve', ...flags])
  }

  /** Runs another client against the lab; it has to succeed. */
  async client(...command: Command): Promise<string> {
    return runOk(command, { env: { ...(process.env as Record<string, string>), ...this.lab.env, HOME: join(this.lab.dir, 'other-home') } })
  }

  kubectl(...args: string[]): Promise<string> {
    return this.client('kubectl', ...args)
  }

  helm(...args: string[]): Promise<string> {
    return this.client('helm', '--namespace', 'spacelift', ...args)
  }

  mc(...args: string[]): Promise<string> {
    return this.client('mc', '--json', ...args)
  }

  /** `registry/spacelift/backend:v3.0.0`. */
  image(name: 'backend' | 'launcher'): string {
    return `${this.lab.env.REGISTRY}/spacelift/${name}:v3.0.0`
  }

  /** The text of one of the inputs beside the file, without its last newline. */
  async input(name: string): Promise<string> {
    return (await readFile(join(this.folder, name), 'utf8')).replace(/\n$/, '')
  }

  /** Another file beside the desired state. */
  async write(name: string, content: string): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, content, { mode: 0o600 })
    return path
  }

  /** Writes an edited copy of the desired state beside it and returns the path. */
  async withEdits(name: string, edit: (document: Document) => void): Promise<string> {
    const document = parseDocument(await readFile(this.file, 'utf8'))
    edit(document)
    return this.write(`${name}.yaml`, String(document))
  }

  /** The state that groundcrew recorded. */
  async readState(): Promise<State> {
    return JSON.parse(await readFile(join(this.state, 'installation.json'), 'utf8')) as State
  }

  /** The journals of all applies, oldest first. */
  async journals(state = this.state): Promise<JournalRecord[][]> {
    const names = (await readdir(join(state, 'history')).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort()
    const texts = await Promise.all(names.map((name) => readFile(join(state, 'history', name), 'utf8')))
    return texts.map((text) => text.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as JournalRecord] : [])))
  }

  deleteState(): Promise<void> {
    return rm(this.state, { recursive: true })
  }
}

/** Throws with the whole output unless it exited with this code. */
export function expectExit(ran: RunResult, code: number): RunResult {
  if (ran.code === code) return ran
  throw new Error(`exit ${ran.code ?? ran.signal}, expected ${code}\n${ran.stderr}${ran.stdout}`)
}

/** Throws with the whole text unless it matches. */
export function expectText(text: string, pattern: RegExp | string): void {
  if (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)) return
  throw new Error(`expected ${pattern} in:\n${text}`)
}

/** Throws with both unless their JSON is the same. The order of keys does not count. */
export function expectSame(actual: unknown, expected: unknown): void {
  if (sortedJson(actual) === sortedJson(expected)) return
  throw new Error(`actual   ${sortedJson(actual)}\nexpected ${sortedJson(expected)}`)
}

function sortedJson(value: unknown): string {
  const withSortedKeys = (_: string, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member
  return JSON.stringify(value, withSortedKeys)
}
