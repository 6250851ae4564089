import { SecretCache } from '../installation/secrets/secretCache.ts'
import type { ExitCode, Host, ReportingHost } from '../session/host.ts'
import { Daemon } from '../watch/daemon.ts'
import { EventDeduplicator } from '../watch/eventDeduplicator.ts'
import { FileTriggers } from '../watch/fileTriggers.ts'
import { Inputs } from '../watch/inputs.ts'
import { TriggerQueue } from '../watch/triggerQueue.ts'
import { watchLoop } from '../watch/watchLoop.ts'
import { readFlags, type WatchFlags } from './watchOptions.ts'

/** So long a running step may take after SIGTERM: less than the 30 s that Kubernetes gives. */
const STOP_MS = 25_000

/** Looks again and again, and applies what the policy allows, until SIGTERM or Ctrl-C: then 0. */
export async function watchCommand(outer: ReportingHost, flags: WatchFlags): Promise<ExitCode> {
  const options = readFlags(flags)
  const host = { ...outer, keptSecrets: new SecretCache(outer.clock) }
  const latch = new TriggerQueue()
  const teller = new EventDeduplicator((event) => host.report.watch(event, host.clock.now()))
  const stray = (why: unknown) => teller.tell({ type: 'watch_problems', problems: [strayFailure(why)] })
  const triggers = new FileTriggers(() => latch.trigger('file'), stray)
  const listening = [host.on?.('hangup', () => latch.trigger('signal')), host.on?.('stray-failure', stray)]
  const daemon = new Daemon({ host, options, latch, teller, inputs: new Inputs(host, options, triggers) })
  teller.tell({ type: 'watch_start', file: options.file })
  const left = await untilStopped(
    host,
    teller,
    watchLoop({ latch, clock: host.clock, signal: host.signal, look: (why) => daemon.look(why), pauseMs: () => daemon.pauseMs }),
  )
  await triggers.close()
  for (const stop of listening) stop?.()
  teller.tell({ type: 'watch_stopped', left })
  return 0
}

/** Answers true when the time was up before what ran had ended. */
async function untilStopped(host: Host, teller: EventDeduplicator, running: Promise<void>): Promise<boolean> {
  const ended = new AbortController()
  const late = aborted(host.signal).then(async () => {
    teller.tell({ type: 'watch_stopping' })
    return host.clock.sleep(STOP_MS, ended.signal).then(
      () => true,
      () => false,
    )
  })
  const left = await Promise.race([running.then(() => false), late])
  ended.abort()
  return left
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function strayFailure(why: unknown) {
  const name = why instanceof Error ? ((why as NodeJS.ErrnoException).code ?? why.name) : typeof why
  return {
    code: 'watch/stray-failure',
    summary: `Something beside the looks failed (${name}); they go on.`,
    remedy:
      name === 'ENOSPC' || name === 'EMFILE'
        ? 'The system watches too many files already, so a save is noticed at the next interval: raise fs.inotify.max_user_watches.'
        : 'Report it if it comes again.',
  }
}
