import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export type Command = readonly [string, ...string[]]

export type RunOptions = {
  /** All of the child's environment; default: ours. */
  env?: Record<string, string>
  cwd?: string
  input?: string
  timeoutSeconds?: number
  /** Is given the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void
}

/** How a program ended and what it wrote. */
export type Ran = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string; seconds: number }

/** Runs a program to its end, whatever that is. Throws only when it cannot be started or does not end in time. */
export async function run([program, ...args]: Command, options: RunOptions = {}): Promise<Ran> {
  const { env, cwd, input, timeoutSeconds = 180, onStart } = options
  const started = performance.now()
  const child = spawn(program, args, { env: env ?? process.env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  // Somebody who ends without reading what we say is no error of ours.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const late = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000)
  try {
    await once(child, 'spawn')
    onStart?.(child)
    const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const seconds = (performance.now() - started) / 1000
    if (seconds >= timeoutSeconds)
      throw new Error(`${program} ${args.join(' ')} did not end within ${timeoutSeconds} s\n${stdout}${stderr}`)
    return { code, signal, stdout, stderr, seconds }
  } finally {
    clearTimeout(late)
  }
}

/** Runs a program that has to succeed and answers its stdout. */
export async function must(command: Command, options: RunOptions = {}): Promise<string> {
  const ran = await run(command, options)
  if (ran.code === 0) return ran.stdout
  throw new Error(`${command.join(' ')} ended with ${ran.code ?? ran.signal}:\n${ran.stderr}${ran.stdout}`)
}

/** All that a program wrote, for the reason of a failure. */
export const told = ({ code, signal, stdout, stderr }: Ran): string => `exit ${code ?? signal}\n${stdout}${stderr}`
