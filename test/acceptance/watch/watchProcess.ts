import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expectText, fromSource, type LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'

/** A running `groundcrew watch` and its output. */
export class WatchProcess {
  readonly #child: ChildProcess
  readonly #exitCode: Promise<number | null>
  #output = ''
  #mark = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exitCode = once(child, 'close').then(([code]) => code as number | null)
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')))
  }

  /** Starts it with a short interval and returns after its first check. */
  static async start(installation: LabInstallation, ...flags: readonly string[]): Promise<WatchProcess> {
    const [program, ...args] = [...fromSource, 'watch', '-f', installation.file, '--interval', '2s', ...flags] as [string, ...string[]]
    const watch = new WatchProcess(spawn(program, args, { env: installation.ownEnv, stdio: ['ignore', 'pipe', 'pipe'] }))
    await watch.waitFor(/resources, no changes|^Plan: |\d+ errors?\.|Error: /m)
    return watch
  }

  /** What it printed since the last {@link mark}. */
  get recentOutput(): string {
    return this.#output.slice(this.#mark)
  }

  mark(): void {
    this.#mark = this.#output.length
  }

  /** Waits until it prints a match after the mark and returns the match. */
  async waitFor(pattern: RegExp): Promise<string> {
    const isOver = () => pattern.test(this.recentOutput) || this.#child.exitCode !== null
    await until(`watch prints ${pattern}`, isOver, { everyMs: 20 }).catch(() => undefined)
    expectText(this.recentOutput, pattern)
    return pattern.exec(this.recentOutput)?.[0] ?? ''
  }

  /** Acts and waits for the output that follows. */
  async waitAfter(act: () => Promise<unknown>, pattern: RegExp): Promise<string> {
    this.mark()
    await act()
    return this.waitFor(pattern)
  }

  /** Acts while the process is suspended, so that it observes only the result. */
  async suspendDuring(act: () => Promise<unknown>): Promise<void> {
    this.#child.kill('SIGSTOP')
    try {
      await act()
    } finally {
      this.#child.kill('SIGCONT')
    }
  }

  /** Ends it as systemd and Kubernetes do and returns its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal)
    return this.#exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exitCode
  }
}
