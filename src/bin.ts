import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { defaultCacheDir } from './world/cacheDir.ts'

// Before anything else is imported: compiled code (types stripped) is kept between runs. Not where Node keeps it by
// itself, below /tmp: whoever makes that folder first would have us run what he puts there.
enableCompileCache(join(defaultCacheDir(process.env, homedir()), 'compiled'))

const { main } = await import('./main.ts')
const { systemHost } = await import('./commands/systemHost.ts')

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The second one means it: what runs is journalled and the next apply goes on.
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  })

// Whoever reads us may leave, a `| head` for one: what runs goes on, and the history tells it.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

const terminal = process.stdin.isTTY && process.stdout.isTTY
process.exitCode = await main(process.argv.slice(2), { ...systemHost(stop.signal), ask: terminal ? ask : undefined })
// A run that was interrupted has told its end: nothing that still hangs on a server is waited for.
if (stop.signal.aborted) process.exit()

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
