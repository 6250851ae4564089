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
  /** Sends TERM, so that helm marks its record failed; KILL when the reason is a problem, such as a lost lock: helm may not write any more. */
  readonly signal: AbortSignal
}

export type HelmResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/**
 * The shell waits for `go` and only then becomes helm, in the same process: its pid is known and recorded before it can act.
 * If groundcrew dies first, the shell reads the end of its input and helm never starts (with an empty input it would install
 * `image: ""`).
 */
const WAIT_FOR_GO = 'IFS= read -r go && [ "$go" = go ] && exec "$@"'

/** Runs helm so that it is recorded before it acts, and ends when groundcrew ends (where setpriv is installed). */
export async function runHelm({ args, env, stdin, registerChild, signal }: HelmRun): Promise<HelmResult> {
  if (signal.aborted) throw new ProblemError(INTERRUPTED)
  const dieWithParent = hasSetpriv(env) ? ['setpriv', '--pdeathsig', 'TERM', '--'] : []
  const [program = 'sh', ...rest] = [...dieWithParent, 'sh', '-c', WAIT_FOR_GO, 'sh', 'helm', ...args]
  // A process group of its own: Ctrl-C reaches only groundcrew, which then ends helm with TERM.
  const child = spawn(program, rest, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const exited = collectResult(child)
  const stop = () => child.kill(signal.reason instanceof ProblemError ? 'SIGKILL' : 'SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const helm = child.pid === undefined ? undefined : identify(child.pid)
    if (helm !== undefined) await registerChild?.(helm)
    // In one piece: helm must find its values in the pipe when it starts.
    child.stdin.on('error', () => undefined)
    child.stdin.end(`go\n${stdin}`)
    return await exited
  } catch (error) {
    child.stdin.destroy()
    await exited.catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** True where a helm process can be made to die with groundcrew. */
function hasSetpriv(env: { readonly [name: string]: string | undefined }): boolean {
  return process.platform === 'linux' && (env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'setpriv')))
}

function collectResult(child: ReturnType<typeof spawn>): Promise<HelmResult> {
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
  summary: 'helm is not installed on this machine.',
  remedy: 'Install Helm 4 and add its folder to PATH; to check: helm version --short',
}
const NO_SHELL = {
  code: 'helm/no-shell',
  summary: 'helm cannot be started, because sh cannot be started.',
  remedy: 'Correct PATH: it must contain the folder of sh.',
}
const INTERRUPTED = {
  code: 'helm/interrupted',
  summary: 'helm was not started, because this run was interrupted.',
  remedy: 'Run it again.',
}
