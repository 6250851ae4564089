// groundcrew with one difference: it kills itself, as `kill -9` would, at the journal record in KILL_AT (`before:7`, `after:7`).
import { systemHost } from '../../../src/commands/systemHost.ts'
import { main } from '../../../src/main.ts'
import { type Journal, openJournal } from '../../../src/state/journal.ts'

const [when, number] = (process.env.KILL_AT ?? '').split(':')

async function openKillingJournal(folder: string, run: string): Promise<Journal> {
  const journal = await openJournal(folder, run)
  let records = 0
  const append: Journal['append'] = async (record) => {
    const isLast = ++records === Number(number)
    if (isLast && when === 'before') process.kill(process.pid, 'SIGKILL')
    await journal.append(record)
    if (isLast) process.kill(process.pid, 'SIGKILL')
  }
  return { append, close: () => journal.close() }
}

process.exitCode = await main(process.argv.slice(2), { ...systemHost(new AbortController().signal), openJournal: openKillingJournal })
