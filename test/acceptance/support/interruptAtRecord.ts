// groundcrew with one difference: after the journal record that AT names by its number it waits for the shell command DO.
import { execFileSync } from 'node:child_process'
import { systemHost } from '../../../src/commands/systemHost.ts'
import { main } from '../../../src/main.ts'
import { type Journal, openJournal } from '../../../src/state/journal.ts'

const { AT = '', DO = '', DO_ENV = '{}' } = process.env

async function openInterferingJournal(folder: string, run: string): Promise<Journal> {
  const journal = await openJournal(folder, run)
  let records = 0
  const append: Journal['append'] = async (record) => {
    const isIt = ++records === Number(AT)
    await journal.append(record)
    // Nothing else of this process goes on meanwhile.
    if (isIt) execFileSync('sh', ['-ec', DO], { env: { ...process.env, ...(JSON.parse(DO_ENV) as Record<string, string>) }, stdio: 'pipe' })
  }
  return { append, close: () => journal.close() }
}

process.exitCode = await main(process.argv.slice(2), { ...systemHost(new AbortController().signal), openJournal: openInterferingJournal })
