import type { Installation } from '../../installation/installation.ts'
import type { ApplyContext } from '../kind.ts'
import { podFailures } from './waiting/podFailures.ts'

const EVERY_MS = 2_000

/** While `act` waits, tells how many pods are ready of how many are wanted, when that changes, and what stands in their way. */
export async function withPodProgress<T>(work: ApplyContext, it: Installation, act: () => Promise<T>): Promise<T> {
  const told = new Set<string>()
  let last = ''
  const tell = async () => {
    const read = await work.world.cluster.deployments(it.kubernetes.namespace)
    if (read.is !== 'present' || read.value.length === 0) return
    const done = read.value.reduce((sum, one) => sum + Math.min(one.ready, one.replicas), 0)
    const total = read.value.reduce((sum, one) => sum + one.replicas, 0)
    if (`${done}/${total}` !== last) work.emit({ message: 'pods ready:', done, total, unit: 'pods' })
    last = `${done}/${total}`
    const found = done === total ? [] : await podFailures(work.world.cluster, it)
    for (const trouble of found.filter((one) => !told.has(headOf(one)))) work.emit({ message: `not ready: ${trouble}` })
    for (const trouble of found) told.add(headOf(trouble))
  }
  let isTelling = false
  const tick = async () => {
    if (isTelling) return
    isTelling = true
    await tell().catch(() => undefined)
    isTelling = false
  }
  const timer = setInterval(() => void tick(), EVERY_MS)
  try {
    return await act()
  } finally {
    clearInterval(timer)
  }
}

/** The words change from second to second. */
function headOf(trouble: string): string {
  return trouble.split(': ', 2).join(': ')
}
