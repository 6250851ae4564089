import type { Holder } from '../state/holder.ts'
import type { Host } from './host.ts'

/** Starts with its time, so that runs sort by age. */
export function runId(host: Pick<Host, 'clock' | 'randomness'>): string {
  // To the millisecond: two runs within one second have to sort as well.
  const time = host.clock.now().toISOString().replaceAll(/[-:.]/g, '')
  return `${time}-${host.randomness.uuid().slice(0, 8)}`
}

/** This process as the holder of the lock. */
export function lockHolder(host: Host, run: string, command: string): Holder {
  return { id: run, who: operatorName(host), command, since: host.clock.now().toISOString(), process: host.processes.self() }
}

/** `ada@jump1`. Under cron and in containers none of the variables may be set: the user then comes from the system. */
export function operatorName({ env, processes }: Host): string {
  const user = env.SUDO_USER || env.USER || env.LOGNAME || processes.user()
  return `${user}@${processes.self().host}`
}
