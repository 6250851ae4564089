import { SecretCache } from '../installation/secrets/secretCache.ts'
import type { Host, ReportingHost } from '../session/host.ts'
import type { Problem } from '../values/problem.ts'
import { Daemon, type DaemonOptions } from './daemon.ts'
import { EventDeduplicator } from './eventDeduplicator.ts'
import { FileTriggers } from './fileTriggers.ts'
import { Inputs } from './inputs.ts'
import { TriggerQueue } from './triggerQueue.ts'
import { watchLoop } from './watchLoop.ts'

/** How long a running step may take after SIGTERM: less than the 30 s that Kubernetes grants. */
const STOP_MS = 25_000

/** Checks at every trigger and applies what the policy allows, until `host.signal` aborts. */
export async function runDaemon(outer: ReportingHost, options: DaemonOptions): Promise<void> {
  const host = { ...outer, secretCache: new SecretCache(outer.clock) }
  const queue = new TriggerQueue()
  const events = new EventDeduplicator((event) => host.report.watch(event, host.clock.now()))
  const onStrayFailure = (reason: unknown) => events.emit({ type: 'watch_problems', problems: [strayFailure(reason)] })
  const fileTriggers = new FileTriggers(() => queue.trigger('file'), onStrayFailure)
  const listeners = [host.on?.('hangup', () => queue.trigger('signal')), host.on?.('stray-failure', onStrayFailure)]
  const daemon = new Daemon({ host, options, queue, events, inputs: new Inputs(host, options, fileTriggers) })
  events.emit({ type: 'watch_start', file: options.file })
  const { clock, signal } = host
  const loop = watchLoop({ queue, clock, signal, check: (triggers) => daemon.check(triggers), pauseMs: () => daemon.pauseMs })
  const abandonedStep = await untilStopped(host, events, loop)
  await fileTriggers.close()
  for (const stop of listeners) stop?.()
  events.emit({ type: 'watch_stopped', abandonedStep })
}

/** True when a step was still running after {@link STOP_MS}. */
async function untilStopped(host: Host, events: EventDeduplicator, loop: Promise<void>): Promise<boolean> {
  const ended = new AbortController()
  const timeout = aborted(host.signal).then(async () => {
    events.emit({ type: 'watch_stopping' })
    return host.clock.sleep(STOP_MS, ended.signal).then(
      () => true,
      () => false,
    )
  })
  const abandonedStep = await Promise.race([loop.then(() => false), timeout])
  ended.abort()
  return abandonedStep
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function strayFailure(reason: unknown): Problem {
  const name = reason instanceof Error ? ((reason as NodeJS.ErrnoException).code ?? reason.name) : typeof reason
  const hasTooManyWatches = name === 'ENOSPC' || name === 'EMFILE'
  return {
    code: 'watch/stray-failure',
    summary: `A background task failed (${name}); the checks continue.`,
    remedy: hasTooManyWatches
      ? 'This machine watches too many files, so saved files are noticed only at the next interval: raise fs.inotify.max_user_watches.'
      : 'Report it if it happens again.',
  }
}
