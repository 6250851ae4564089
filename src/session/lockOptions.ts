import type { Installation } from '../installation/installation.ts'
import type { LockPlace } from '../state/heldLock.ts'
import { parseDuration } from '../values/duration.ts'
import { ProblemError } from '../values/problem.ts'

/** Where the Lease of an installation stands. */
export function lockPlace({ release, kubernetes, state }: Installation): LockPlace {
  return { namespace: state.lockNamespace, name: `${release.name}.${kubernetes.namespace}` }
}

/** Reads `--lock-timeout`, a duration as people write it, in milliseconds. Throws a ProblemError for anything else. */
export function lockTimeoutMs(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined) return seconds * 1000
  throw new ProblemError({
    code: 'cli/duration',
    summary: `--lock-timeout ${JSON.stringify(text)} is no duration.`,
    remedy: 'Write it like 90s, 5m or 1h30m.',
  })
}
