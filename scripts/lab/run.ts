import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { dieWithParent } from './dieWithParent.ts'

export type RunOptions = {
  cwd?: string
  env?: Record<string, string>
  /** For a program that must not be killed while it is running, such as dpkg. */
  mayOutliveParent?: boolean
}

/** Runs a program and returns its stdout; an error contains the end of its stderr. */
export async function run(command: string, args: string[], { cwd, env, mayOutliveParent = false }: RunOptions = {}): Promise<string> {
  // Not zx: its shell would run between this process and the program, which then would not die with this process.
  const [program, ...rest] = mayOutliveParent ? ([command, ...args] as const) : dieWithParent(command, args)
  const child = spawn(program, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [code, output, errorOutput] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)])
  if (code === 0) return output.toString()
  const lastLines = errorOutput.toString().trimEnd().split('\n').slice(-15).join('\n  ')
  throw new Error(`${command} ${args[0] ?? ''} failed (exit ${code})\n  ${lastLines}`)
}
