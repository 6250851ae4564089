import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ProblemError } from '../../values/problem.ts'
import type { ProcessIdentity } from '../ports/process.ts'
import { identify } from '../processIdentity.ts'

export type HelmRun = {
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly stdin: string
  /** Called with helm's process while it still waits for its start. */
  readonly registerChild?: (helm: ProcessIdentity) => Promise<void>
  /** Ends helm politely, so that it marks its record failed; at once when the reason is a problem: then nothing may be written any more. */
  readonly signal: AbortSignal
}

export type HelmResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/**
 * The shell waits for `go` and only then becomes helm, in the same process: its pid is known, and written down, before it
 * can act. If we die first, it reads the end of its input and helm never starts (with an empty input it would install
 * `image: ""`).
 */
const WAIT = 'IFS= read -r go && [ "$go" = go ] && exec "$@"'

/** Runs helm so that it is known before it acts and ends when we end (where setpriv is there). */
export async function runHelm({ args, env, stdin, registerChild, signal }: HelmRun): Promise<HelmResult> {
  if (signal.aborted) throw new ProblemError(INTERRUPTED)
  const leash = hasSetpriv(env) ? ['setpriv', '--pdeathsig', 'TERM', '--'] : []
  const [program = 'sh', ...rest] = [...leash, 'sh', '-c', WAIT, 'sh', 'helm', ...args]
  // A group of its own: Ctrl-C reaches us, and we end helm properly.
  const child = spawn(program, rest, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const ended = result(child)
  const stop = () => child.kill(signal.reason instanceof ProblemError ? 'SIGKILL' : 'SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const helm = child.pid === undefined ? undefined : identify(child.pid)
    if (helm !== undefined) await registerChild?.(helm)
    // In one piece: helm must find its values in the pipe when it starts.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`go\n${stdin}`)
    return await ended
  } catch (error) {
    child.stdin.destroy()
    await ended.catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** True where a helm can be made to die with us. */
export function hasSetpriv(env: { readonly [name: string]: string | undefined }): boolean {
  return process.platform === 'linux' && (env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'setpriv')))
}

function result(child: ReturnType<typeof spawn>): Promise<HelmResult> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new ProblemError(NO_SHELL)))
    child.on('close', (code) => {
      if (code === 127) reject(new ProblemError(NO_HELM))
      else resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') })
    })
  })
}

const NO_HELM = {
  code: 'helm/missing',
  summary: 'helm is not on this machine.',
  remedy: 'Install Helm 4 and put it on PATH: helm version --short tells which is there.',
}
const NO_SHELL = {
  code: 'helm/no-shell',
  summary: 'sh cannot be started, so helm cannot.',
  remedy: 'Look at PATH: it must name the folder of sh.',
}
const INTERRUPTED = { code: 'helm/interrupted', summary: 'helm was not started: this run is being interrupted.', remedy: 'Run it again.' }
