import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { Processes, ProcessIdentity, RunOptions, RunResult } from './ports/process.ts'
import { identify, isAlive } from './processIdentity.ts'

/** A secret or a chart's name is never that long: more output is a mistake. */
const OUTPUT_LIMIT = 64 * 2 ** 20
const POLL_MS = 50

export const systemProcesses: Processes = { run, self, user, isAlive, terminate }

function user(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that /etc/passwd does not list.
    return `uid ${process.getuid?.()}`
  }
}

function self(): ProcessIdentity {
  const identity = identify(process.pid)
  if (identity === undefined) throw new Error('this process is not in /proc')
  return identity
}

/**
 * Runs a program without a shell. Throws a ProblemError when it cannot be started, runs too long or prints too much. Not
 * through zx, which always starts a shell and is slow to load: see docs/performance.md.
 */
function run({ command: [program, ...args], env, stdin, timeoutMs, signal }: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const stop = (problem: Problem) => {
      child.kill('SIGKILL')
      reject(new ProblemError(problem))
    }
    const timer = setTimeout(() => stop(timedOut(program, timeoutMs)), timeoutMs)
    const out = collect(child.stdout, () => stop(outputTooLarge(program)))
    const err = collect(child.stderr, () => stop(outputTooLarge(program)))
    const onAbort = () => stop({ code: 'process/interrupted', summary: `${program} was interrupted.`, remedy: 'Run it again.' })
    signal?.addEventListener('abort', onAbort, { once: true })
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle()
      reject(new ProblemError(cannotStart(program, error.code ?? '')))
    })
    child.on('close', (code, killedBy) => {
      settle()
      resolve({ code, signal: killedBy, stdout: out(), stderr: err() })
    })
    // A program may ignore its input.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
  })
}

async function terminate(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!sendSignal(identity, 'SIGTERM') || (await hasEndedWithin(identity, graceMs))) return
  if (!sendSignal(identity, 'SIGKILL') || (await hasEndedWithin(identity, graceMs))) return
  const summary = `Process ${identity.pid} does not end.`
  throw new ProblemError({
    code: 'process/does-not-end',
    summary,
    remedy: `Check what it waits for: ps -p ${identity.pid} -o pid,stat,etime,args; then run groundcrew again.`,
  })
}

/** Signals exactly this process; false when it has ended already. */
function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (isAlive(identity) !== true) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    const summary = `This user is not allowed to end process ${identity.pid} of an earlier run.`
    throw new ProblemError({
      code: 'process/not-ours',
      summary,
      remedy: `End it as its owner: kill ${identity.pid}; then run groundcrew again.`,
    })
  }
}

async function hasEndedWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (isAlive(identity) !== true) return true
    await wait(POLL_MS)
  }
  return isAlive(identity) !== true
}

function collect(stream: NodeJS.ReadableStream, onOverflow: () => void): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > OUTPUT_LIMIT) onOverflow()
    else chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function cannotStart(program: string, code: string): Problem {
  const missing = code === 'ENOENT'
  const summary = missing
    ? `The program ${program} is not installed on this machine.`
    : `The program ${program} cannot be started (${code}).`
  return {
    code: missing ? 'process/missing' : 'process/cannot-start',
    summary,
    remedy: missing ? `Install ${program}, or add its folder to PATH.` : `Check that it is executable: ls -l "$(command -v ${program})"`,
  }
}

function timedOut(program: string, ms: number): Problem {
  return {
    code: 'process/too-long',
    summary: `${program} ran for longer than ${ms / 1000} s and was killed.`,
    remedy: 'Run it by hand to see what it waits for.',
  }
}

function outputTooLarge(program: string): Problem {
  return {
    code: 'process/too-much',
    summary: `${program} printed more than ${OUTPUT_LIMIT / 2 ** 20} MiB and was killed.`,
    remedy: 'Run it by hand to see what it prints.',
  }
}
