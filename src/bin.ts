import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { createInterface } from 'node:readline/promises'

// Before anything else is imported: compiled code (types stripped) is kept between runs.
enableCompileCache()

const { main } = await import('./main.ts')
const { systemClock, systemRandomness } = await import('./world/clock.ts')
const { systemProcesses } = await import('./world/processes.ts')
const { openJournal } = await import('./state/journal.ts')

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The second one means it: what runs is journalled and the next apply goes on.
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  })

const terminal = process.stdin.isTTY && process.stdout.isTTY
process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  stdout: process.stdout,
  stderr: process.stderr,
  ask: terminal ? ask : undefined,
  clock: systemClock,
  randomness: systemRandomness,
  processes: systemProcesses,
  openJournal,
  signal: stop.signal,
})

async function ask(question: string): Promise<string> {
  const line = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await line.question(question, { signal: stop.signal })
  } catch {
    return ''
  } finally {
    line.close()
  }
}
