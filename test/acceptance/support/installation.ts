import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Document, parseDocument } from 'yaml'
import { type Lab, type StartOptions, startLab } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journal.ts'
import type { State } from '../../../src/state/state.ts'
import { type Command, must, type Ran, type RunOptions, run } from './run.ts'

export const repository = fileURLToPath(new URL('../../..', import.meta.url))
/** From source: a bundle beside it may be older, or just being made. */
export const fromSource: Command = [process.execPath, '--disable-warning=ExperimentalWarning', join(repository, 'src/bin.ts')]

/** Program, arguments and what else is special about one run of groundcrew. */
export type Special = Omit<RunOptions, 'env'> & { env?: Record<string, string>; program?: Command }

/** An installation of its own on a lab of its own: groundcrew on one side, everybody else's clients on the other. */
export class LabInstallation {
  readonly lab: Lab
  /** Where groundcrew and helm think they are at home: caches land here, and can be looked through. */
  readonly home: string

  private constructor(lab: Lab) {
    this.lab = lab
    this.home = join(lab.dir, 'home')
  }

  static async open(options: Pick<StartOptions, 'imageSize' | 'registries'> = {}): Promise<LabInstallation> {
    const site = new LabInstallation(await startLab(options))
    await mkdir(join(site.home, 'tmp'), { recursive: true })
    return site
  }

  /** A site with everything applied. */
  static async applied(): Promise<LabInstallation> {
    const site = await LabInstallation.open()
    expectExit(await site.apply(), 0)
    return site
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

  /** No more than a person at a fresh prompt has: nothing of the lab's may help groundcrew along. */
  get ownEnv(): Record<string, string> {
    const { PATH = '', KUBECONFIG = '' } = this.lab.env
    return { PATH, KUBECONFIG, HOME: this.home, TMPDIR: join(this.home, 'tmp'), USER: 'accept', LANG: 'C.UTF-8' }
  }

  /** Runs groundcrew; without `-f` among the arguments on this site's own file. */
  groundcrew(args: readonly string[], { env, program = fromSource, ...options }: Special = {}): Promise<Ran> {
    const file = args.includes('-f') ? [] : ['-f', this.file]
    return run([...program, ...args, ...file] as unknown as Command, { ...options, env: { ...this.ownEnv, ...env } })
  }

  plan(...flags: readonly string[]): Promise<Ran> {
    return this.groundcrew(['plan', '--detailed-exitcode', ...flags])
  }

  apply(...flags: readonly string[]): Promise<Ran> {
    return this.groundcrew(['apply', '--auto-approve', ...flags])
  }

  /** Runs somebody else's client against the lab; it has to succeed. */
  async client(...command: Command): Promise<string> {
    return must(command, { env: { ...(process.env as Record<string, string>), ...this.lab.env, HOME: join(this.lab.dir, 'other-home') } })
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

  /** The desired state with some edits, beside the real one. Answers its path. */
  async withEdits(name: string, edit: (it: Document) => void): Promise<string> {
    const document = parseDocument(await readFile(this.file, 'utf8'))
    edit(document)
    return this.write(`${name}.yaml`, String(document))
  }

  /** What groundcrew remembers. */
  async remembered(): Promise<State> {
    return JSON.parse(await readFile(join(this.state, 'installation.json'), 'utf8')) as State
  }

  /** The journals of all applies, oldest first. */
  async journals(state = this.state): Promise<JournalRecord[][]> {
    const names = (await readdir(join(state, 'history')).catch(() => [])).filter((name) => name.endsWith('.jsonl')).sort()
    const texts = await Promise.all(names.map((name) => readFile(join(state, 'history', name), 'utf8')))
    return texts.map((text) => text.split('\n').flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as JournalRecord] : [])))
  }

  forgetState(): Promise<void> {
    return rm(this.state, { recursive: true })
  }
}

/** Throws with all that was written unless it ended so. */
export function expectExit(ran: Ran, code: number): Ran {
  if (ran.code === code) return ran
  throw new Error(`exit ${ran.code ?? ran.signal}, expected ${code}\n${ran.stderr}${ran.stdout}`)
}

/** Throws with the whole text unless it matches. */
export function expectText(text: string, pattern: RegExp | string): void {
  if (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)) return
  throw new Error(`expected ${pattern} in:\n${text}`)
}

/** Throws with both unless their JSON is the same. */
export function expectSame(found: unknown, wanted: unknown): void {
  if (sorted(found) === sorted(wanted)) return
  throw new Error(`found    ${sorted(found)}\nexpected ${sorted(wanted)}`)
}

function sorted(value: unknown): string {
  const inOrder = (_: string, it: unknown) =>
    typeof it === 'object' && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it
  return JSON.stringify(value, inOrder)
}
