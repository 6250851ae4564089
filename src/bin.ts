import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { defaultCacheDir } from './world/cacheDir.ts'

// Before anything else is imported: compiled code (types stripped) is cached between runs. Not in Node's default folder
// below /tmp: another user who creates that folder first could have groundcrew run code of theirs.
enableCompileCache(join(defaultCacheDir(process.env, homedir()), 'compiled'))

const { main } = await import('./main.ts')
const { systemHost } = await import('./commands/systemHost.ts')

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // A second signal ends the process at once: the running step is in the journal, and the next apply continues there.
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  })

// The reader of the output may end first, such as `| head`: the command continues, and the history has its result.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

const isTerminal = process.stdin.isTTY && process.stdout.isTTY
process.exitCode = await main(process.argv.slice(2), { ...systemHost(stop.signal), ask: isTerminal ? ask : undefined })
// An interrupted run has reported its result: requests that still hang are not waited for.
if (stop.signal.aborted) process.exit()

async function ask(prompt: string): Promise<string> {
  const line = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await line.question(prompt, { signal: stop.signal })
  } catch {
    return ''
  } finally {
    line.close()
  }
}
