import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { Processes, ProcessIdentity, RunOptions, RunResult } from './ports/process.ts'
import { identify, isAlive } from './processIdentity.ts'

/** More than this from a program that answers a secret or a chart's name is a mistake. */
const OUTPUT_LIMIT = 64 * 2 ** 20
const POLL_MS = 50

export const systemProcesses: Processes = { run, self, user, isAlive, terminate: end }

function user(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that /etc/passwd does not list.
    return `uid ${process.getuid?.()}`
  }
}

function self(): ProcessIdentity {
  const me = identify(process.pid)
  if (me === undefined) throw new Error('this process is not in /proc')
  return me
}

/** Starts a program and waits for it; no shell. Throws a ProblemError when it cannot be started, runs too long or says too much. */
function run({ command: [program, ...args], env, stdin, timeoutMs, signal }: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const stop = (problem: Problem) => {
      child.kill('SIGKILL')
      reject(new ProblemError(problem))
    }
    const timer = setTimeout(() => stop(tooLong(program, timeoutMs)), timeoutMs)
    const out = collect(child.stdout, () => stop(tooMuch(program)))
    const err = collect(child.stderr, () => stop(tooMuch(program)))
    const interrupted = () => stop({ code: 'process/interrupted', summary: `${program} was interrupted.`, remedy: 'Run it again.' })
    signal?.addEventListener('abort', interrupted, { once: true })
    const settle = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupted)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle()
      reject(new ProblemError(cannotStart(program, error.code ?? '')))
    })
    child.on('close', (code, killedBy) => {
      settle()
      resolve({ code, signal: killedBy, stdout: out(), stderr: err() })
    })
    // A program that does not read its input is its own business.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
  })
}

async function end(it: ProcessIdentity, graceMs: number): Promise<void> {
  if (!signalled(it, 'SIGTERM') || (await goneWithin(it, graceMs))) return
  if (!signalled(it, 'SIGKILL') || (await goneWithin(it, graceMs))) return
  const summary = `Process ${it.pid} does not end.`
  throw new ProblemError({
    code: 'process/does-not-end',
    summary,
    remedy: `Look at it: ps -p ${it.pid} -o pid,stat,etime,args; then run groundcrew again.`,
  })
}

/** Signals exactly this process; false when it is gone already. */
function signalled(it: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (isAlive(it) !== true) return false
  try {
    return process.kill(it.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    const summary = `Process ${it.pid} of an earlier run may not be ended by this user.`
    throw new ProblemError({ code: 'process/not-ours', summary, remedy: `End it as its owner: kill ${it.pid}; then run groundcrew again.` })
  }
}

async function goneWithin(it: ProcessIdentity, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (isAlive(it) !== true) return true
    await wait(POLL_MS)
  }
  return isAlive(it) !== true
}

function collect(stream: NodeJS.ReadableStream, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > OUTPUT_LIMIT) onTooMuch()
    else chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function cannotStart(program: string, code: string): Problem {
  const missing = code === 'ENOENT'
  const summary = missing ? `The program ${program} is not on this machine.` : `The program ${program} cannot be started (${code}).`
  return {
    code: missing ? 'process/missing' : 'process/cannot-start',
    summary,
    remedy: missing ? `Install ${program}, or put it on PATH.` : 'Look at its rights.',
  }
}

function tooLong(program: string, ms: number): Problem {
  return {
    code: 'process/too-long',
    summary: `${program} ran for longer than ${ms / 1000} s and was ended.`,
    remedy: 'Run it by hand to see what it waits for.',
  }
}

function tooMuch(program: string): Problem {
  return {
    code: 'process/too-much',
    summary: `${program} printed more than ${OUTPUT_LIMIT / 2 ** 20} MiB and was ended.`,
    remedy: 'Run it by hand to see what it prints.',
  }
}
