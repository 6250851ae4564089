import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fromSource, type LabInstallation } from '../support/installation.ts'
import type { Command, RunResult } from '../support/run.ts'

/** Somebody with a name and a state folder of their own, on some host. */
export class Operator {
  readonly name: string
  readonly state: string
  readonly #site: LabInstallation
  readonly #program: Command

  constructor(site: LabInstallation, name: string, program: Command = fromSource) {
    this.name = name
    this.state = join(site.lab.dir, `state-of-${name}`)
    this.#site = site
    this.#program = program
  }

  run(args: readonly string[], env: Record<string, string> = {}, onStart?: (child: ChildProcess) => void): Promise<RunResult> {
    const options = { program: this.#program, env: { USER: this.name, ...env }, ...(onStart && { onStart }) }
    return this.#site.groundcrew([...args, '--state', this.state], options)
  }

  apply(...flags: readonly string[]): Promise<RunResult> {
    return this.run(['apply', '--auto-approve', ...flags])
  }

  /** Begins an apply that can be signalled. */
  async begin(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<RunningApply> {
    return new Promise((resolve, reject) => {
      const ended = this.run(['apply', '--auto-approve', ...flags], env, (child) => resolve({ child, pid: child.pid as number, ended }))
      ended.catch(reject)
    })
  }
}

/** An apply under way. */
export type RunningApply = { readonly child: ChildProcess; readonly pid: number; readonly ended: Promise<RunResult> }

/** Waits for something to become true. */
export async function until(what: string, isTrue: () => Promise<boolean>, limitSeconds = 60): Promise<void> {
  for (const deadline = Date.now() + limitSeconds * 1000; Date.now() < deadline; await sleep(50)) if (await isTrue()) return
  throw new Error(`not within ${limitSeconds} s: ${what}`)
}

/** Waits until helm has made all pods of the release and waits for them. */
export async function untilHelmWaits(site: LabInstallation): Promise<void> {
  await until('helm makes nine pods', async () => {
    const pods = await site.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'name')
    return pods.split('\n').filter(Boolean).length === 9
  })
}
