import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dieWithParent } from './dieWithParent.ts'

/** How to start one server, and how to check that it is ready. */
export type ServerSpec = {
  name: string
  command: string
  /** Never a secret: every user can read them in /proc. */
  args: string[]
  env?: Record<string, string>
  cwd?: string
  log: string
  /** Runs before each start. */
  prepare?: () => Promise<void>
  /** Throws or returns false while it is not ready. */
  ready?: () => Promise<boolean>
}

/** One server process of the lab. */
export class Server {
  readonly spec: ServerSpec
  #child: ChildProcess | undefined

  constructor(spec: ServerSpec) {
    this.spec = spec
  }

  get pid(): number | undefined {
    return this.isRunning() ? this.#child?.pid : undefined
  }

  isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Starts it and waits until it is ready. */
  async start(timeoutSeconds = 60): Promise<void> {
    if (this.isRunning()) return
    await this.spec.prepare?.()
    await this.#spawn()
    await this.#untilReady(Date.now() + timeoutSeconds * 1000)
  }

  /** SIGKILL: after SIGTERM the API server would run for another minute while watches are open. */
  async kill(): Promise<void> {
    if (!this.isRunning()) return
    const exited = once(this.#child as ChildProcess, 'exit')
    this.#child?.kill('SIGKILL')
    await exited
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning()) this.#child?.kill(signal)
  }

  async #spawn(): Promise<void> {
    const { command, args, env, cwd, log } = this.spec
    await mkdir(dirname(log), { recursive: true })
    const output = openSync(log, 'a', 0o600)
    const [program, ...wrapped] = dieWithParent(command, args)
    this.#child = spawn(program, wrapped, { cwd, env: env ?? plainEnvironment(), stdio: ['ignore', output, output] })
    closeSync(output)
    await once(this.#child, 'spawn')
  }

  async #untilReady(deadline: number): Promise<void> {
    // Both: the response may come from another process that took the port, and because of which this server exited.
    while (!((await isTrue(this.spec.ready)) && this.isRunning())) {
      if (!this.isRunning()) throw new Error(`${this.spec.name} exited during its start\n${await this.logTail()}`)
      if (Date.now() > deadline) throw new Error(`${this.spec.name} did not become ready in time\n${await this.logTail()}`)
      await sleep(50)
    }
  }

  /** The end of its log, for an error message. */
  async logTail(lines = 15): Promise<string> {
    const text = await readFile(this.spec.log, 'utf8').catch(() => '')
    return [`last lines of ${this.spec.log}:`, ...text.trimEnd().split('\n').slice(-lines)].join('\n  ')
  }
}

/** The environment of every server: the caller's environment must not change how a lab behaves. */
export const plainEnvironment = (): Record<string, string> => ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' })

const isTrue = (ready: ServerSpec['ready']): Promise<boolean> => (ready === undefined ? Promise.resolve(true) : ready().catch(() => false))
