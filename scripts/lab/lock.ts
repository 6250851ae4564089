import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

// The kernel releases the lock when the last process with descriptor 9 exits, and `cat` exits when the pipe is closed:
// no stale lock remains, even after SIGKILL.
const script = 'exec 9>"$1"; flock --nonblock 9 || { echo waiting; flock 9; }; echo held; exec cat'

/** Runs a task while this process holds an exclusive lock on a file. */
export async function withLock<T>(file: string, task: () => Promise<T>, onWait = () => {}): Promise<T> {
  const holder = spawn('sh', ['-c', script, 'lock', file], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await held(createInterface({ input: holder.stdout }), file, onWait)
    return await task()
  } finally {
    holder.stdin.end()
    if (holder.exitCode === null) await once(holder, 'exit')
  }
}

async function held(lines: AsyncIterable<string>, file: string, onWait: () => void): Promise<void> {
  for await (const line of lines) {
    if (line === 'held') return
    onWait()
  }
  throw new Error(`cannot lock ${file}`)
}
