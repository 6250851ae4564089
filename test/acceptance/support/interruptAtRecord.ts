// groundcrew with one difference: after the journal record with the number AT it runs the shell command DO and waits for it.
import { execFileSync } from 'node:child_process'
import { systemHost } from '../../../src/commands/systemHost.ts'
import { main } from '../../../src/main.ts'
import { type Journal, openJournal } from '../../../src/state/journal.ts'

const { AT = '', DO = '', DO_ENV = '{}' } = process.env

async function openInterferingJournal(folder: string, run: string): Promise<Journal> {
  const journal = await openJournal(folder, run)
  let records = 0
  const append: Journal['append'] = async (record) => {
    const isAtRecord = ++records === Number(AT)
    await journal.append(record)
    // Synchronous: everything else in this process stands still until then.
    if (isAtRecord)
      execFileSync('sh', ['-ec', DO], { env: { ...process.env, ...(JSON.parse(DO_ENV) as Record<string, string>) }, stdio: 'pipe' })
  }
  return { append, close: () => journal.close() }
}

process.exitCode = await main(process.argv.slice(2), { ...systemHost(new AbortController().signal), openJournal: openInterferingJournal })
