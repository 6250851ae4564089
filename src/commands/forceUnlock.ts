import { ProblemError } from '../values/problem.ts'
import { lockPlace } from './apply.ts'
import type { ExitCode, GlobalOptions, Host } from './host.ts'
import { openSession } from './session.ts'

/** Frees the lock of exactly the run that was named, after a yes. For a holder that is known to be gone. */
export async function forceUnlock(host: Host, options: GlobalOptions & { readonly force?: boolean }, id: string): Promise<ExitCode> {
  await using session = await openSession(host, options)
  const { namespace, name } = lockPlace(session)
  const read = await session.leases.get(namespace, name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  const held = read.is === 'present' ? read.value : undefined
  if (held === undefined || held.holder !== id) throw new ProblemError(notHeld(id, held?.holder ?? ''))
  if (
    !options.force &&
    (await host.ask?.('Two applies at once can harm the installation. Free the lock? Only "yes" is taken for yes: '))?.trim() !== 'yes'
  ) {
    host.stdout.write('The lock stays. Without a terminal to ask, --force frees it.\n')
    return 1
  }
  const { resourceVersion, ...lease } = held
  const freed = await session.leases.replace(namespace, name, { ...lease, holder: '', info: '' }, resourceVersion)
  if (freed === 'conflict')
    throw new ProblemError({ code: 'lock/alive', summary: 'Its holder has just renewed the lock: it is alive.', remedy: 'Wait for it.' })
  host.stdout.write(`The lock of run ${id} is free.\n`)
  return 0
}

function notHeld(id: string, holder: string) {
  const summary = holder === '' ? 'Nobody holds the lock.' : `The lock is held by run ${holder}, not by ${id}.`
  return { code: 'lock/other-holder', summary, remedy: 'groundcrew apply names the run that holds it.' }
}
