import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { bound } from './bound.ts'

export type RunOptions = {
  cwd?: string
  env?: Record<string, string>
  /** For a program that must not be killed in the middle of its work, such as dpkg. */
  mayOutliveUs?: boolean
}

/** Runs a program to its end and answers what it printed; a failure carries what it complained about. */
export async function run(command: string, args: string[], { cwd, env, mayOutliveUs = false }: RunOptions = {}): Promise<string> {
  // Not zx: it detaches what it starts, and a build would run on after Ctrl-C.
  const [program, ...rest] = mayOutliveUs ? ([command, ...args] as const) : bound(command, args)
  const child = spawn(program, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [code, output, complaint] = await Promise.all([ended, buffer(child.stdout), buffer(child.stderr)])
  if (code === 0) return output.toString()
  const lastLines = complaint.toString().trimEnd().split('\n').slice(-15).join('\n  ')
  throw new Error(`${command} ${args[0] ?? ''} failed (exit ${code})\n  ${lastLines}`)
}
