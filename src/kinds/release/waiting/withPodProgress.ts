import type { Installation } from '../../../installation/installation.ts'
import type { ApplyContext } from '../../kind.ts'
import { podFailures } from './podFailures.ts'
import { DEPLOYMENT, podProgress } from './rolloutStatus.ts'

const POLL_MS = 2_000

/** Runs `act` and meanwhile emits how many pods are ready, and what keeps the others from being ready. */
export async function withPodProgress<T>(context: ApplyContext, installation: Installation, act: () => Promise<T>): Promise<T> {
  const finished = new AbortController()
  void pollPods(context, installation, finished.signal)
  try {
    return await act()
  } finally {
    finished.abort()
  }
}

async function pollPods(context: ApplyContext, installation: Installation, finished: AbortSignal): Promise<void> {
  const emit: ApplyContext['emit'] = (progress) => {
    if (!finished.aborted) context.emit(progress)
  }
  const report = podReport({ ...context, emit }, installation)
  while (!finished.aborted) {
    await context.clock.sleep(POLL_MS, finished).catch(() => undefined)
    // Progress is a courtesy: that it cannot be read is no reason to fail.
    if (!finished.aborted) await report().catch(() => undefined)
  }
}

function podReport({ world, emit }: ApplyContext, installation: Installation): () => Promise<void> {
  const reported = new Set<string>()
  const emitProgress = podProgress(emit)
  return async () => {
    const read = await world.cluster.objects(DEPLOYMENT, installation.kubernetes.namespace, [])
    if (read.is !== 'present' || read.value.length === 0 || emitProgress(read.value)) return
    for (const failure of await podFailures(world.cluster, installation)) {
      if (!reported.has(reasonOf(failure))) emit({ message: `not ready: ${failure}` })
      reported.add(reasonOf(failure))
    }
  }
}

/** `DEPLOYMENT: REASON`; the message behind it changes from second to second. */
function reasonOf(failure: string): string {
  return failure.split(': ', 2).join(': ')
}
