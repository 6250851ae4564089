import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export type Command = readonly [string, ...string[]]

export type RunOptions = {
  /** The child's whole environment; default: that of this process. */
  env?: Record<string, string>
  cwd?: string
  input?: string
  timeoutSeconds?: number
  /** Called with the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void
}

/** How a program ended and what it wrote. */
export type RunResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string; seconds: number }

/**
 * Runs a program and returns how it ended. Throws only when it cannot be started or does not end in time. Not through zx:
 * its shell would be the process that `onStart` signals, adds variables to the environment, and never closes stdin when
 * the input is empty.
 */
export async function run([program, ...args]: Command, options: RunOptions = {}): Promise<RunResult> {
  const { env, cwd, input, timeoutSeconds = 180, onStart } = options
  const started = performance.now()
  const child = spawn(program, args, { env: env ?? process.env, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  // A program may exit without reading its input.
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

/** Runs a program that has to succeed and returns its stdout. */
export async function runOk(command: Command, options: RunOptions = {}): Promise<string> {
  const ran = await run(command, options)
  if (ran.code === 0) return ran.stdout
  throw new Error(`${command.join(' ')} ended with ${ran.code ?? ran.signal}:\n${ran.stderr}${ran.stdout}`)
}

/** Exit code and all output of a program, for the message of a failure. */
export const outputOf = ({ code, signal, stdout, stderr }: RunResult): string => `exit ${code ?? signal}\n${stdout}${stderr}`
