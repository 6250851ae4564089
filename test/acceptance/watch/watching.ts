import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Document, parseDocument } from 'yaml'
import { expectText, fromSource, type LabInstallation } from '../support/installation.ts'

const PATIENCE_MS = 60_000

/** A `groundcrew watch` on a site, with all that it has said so far. */
export class Watching {
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  #said = ''
  #mark = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = once(child, 'close').then(([code]) => code as number | null)
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.#said += chunk.toString('utf8')))
  }

  /** Starts it with a short interval and returns when it has looked once. */
  static async start(site: LabInstallation, ...flags: readonly string[]): Promise<Watching> {
    const [program, ...args] = [...fromSource, 'watch', '-f', site.file, '--interval', '2s', ...flags] as [string, ...string[]]
    const watching = new Watching(spawn(program, args, { env: site.ownEnv, stdio: ['ignore', 'pipe', 'pipe'] }))
    await watching.says(/resources, no changes|^Plan: |\d+ errors?\.|Error: /m)
    return watching
  }

  get process(): ChildProcess {
    return this.#child
  }

  /** All that it said. */
  get text(): string {
    return this.#said
  }

  /** What it said since the last {@link mark}. */
  get news(): string {
    return this.#said.slice(this.#mark)
  }

  mark(): void {
    this.#mark = this.#said.length
  }

  /** Waits until it has said so since the mark. Throws with all that it said instead. */
  async says(pattern: RegExp): Promise<string> {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(20)) {
      const found = pattern.exec(this.news)
      if (found !== null) return found[0]
      if (this.#child.exitCode !== null) break
    }
    expectText(this.news, pattern)
    return ''
  }

  /** Does something and waits for what it says to that. */
  async after(act: () => Promise<unknown>, pattern: RegExp): Promise<string> {
    this.mark()
    await act()
    return this.says(pattern)
  }

  /** Ends it as systemd and Kubernetes do. Answers its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal)
    return this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** The desired state as some edits of a person would leave it, not yet saved. */
export async function edited(site: LabInstallation, edit: (it: Document) => void): Promise<string> {
  const document = parseDocument(await readFile(site.file, 'utf8'))
  edit(document)
  return String(document)
}

/** Saves the desired state with some edits, in place. */
export async function save(site: LabInstallation, edit: (it: Document) => void): Promise<void> {
  await writeFile(site.file, await edited(site, edit))
}

/** Lets the noncurrent versions in a bucket go after so many days. */
export const noncurrentDays = (it: Document, role: string, days: number): void =>
  it.setIn(['objectStorage', 'buckets', role], { noncurrentDays: days })
