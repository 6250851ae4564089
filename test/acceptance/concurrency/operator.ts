import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fromSource, type LabInstallation } from '../support/installation.ts'
import type { Command, RunResult } from '../support/run.ts'

/** An operator with a name and a state folder of their own, on some host. */
export class Operator {
  readonly name: string
  readonly state: string
  readonly #installation: LabInstallation
  readonly #program: Command

  constructor(installation: LabInstallation, name: string, program: Command = fromSource) {
    this.name = name
    this.state = join(installation.lab.dir, `state-of-${name}`)
    this.#installation = installation
    this.#program = program
  }

  run(args: readonly string[], env: Record<string, string> = {}, onStart?: (child: ChildProcess) => void): Promise<RunResult> {
    const options = { program: this.#program, env: { USER: this.name, ...env }, ...(onStart && { onStart }) }
    return this.#installation.groundcrew([...args, '--state', this.state], options)
  }

  apply(...flags: readonly string[]): Promise<RunResult> {
    return this.run(['apply', '--auto-approve', ...flags])
  }

  /** Starts an apply that can be signalled. */
  async begin(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<RunningApply> {
    return new Promise((resolve, reject) => {
      const ended = this.run(['apply', '--auto-approve', ...flags], env, (child) => resolve({ child, pid: child.pid as number, ended }))
      ended.catch(reject)
    })
  }
}

export type RunningApply = { readonly child: ChildProcess; readonly pid: number; readonly ended: Promise<RunResult> }

/** An installation whose pods do not become ready, so that an apply stays in its helm step. */
export async function withSlowPods(installation: LabInstallation): Promise<LabInstallation> {
  await installation.lab.pods('slow')
  return installation
}
