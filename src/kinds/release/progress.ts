import type { Work } from '../kind.ts'

const EVERY_MS = 2_000

/** While `act` waits, tells how many pods are ready of how many are wanted, when that changes. */
export async function withPodProgress<T>(work: Work, namespace: string, act: () => Promise<T>): Promise<T> {
  let last = ''
  const tell = async () => {
    const read = await work.world.cluster.deployments(namespace)
    if (read.is !== 'present' || read.value.length === 0) return
    const done = read.value.reduce((sum, one) => sum + Math.min(one.ready, one.replicas), 0)
    const total = read.value.reduce((sum, one) => sum + one.replicas, 0)
    if (`${done}/${total}` === last) return
    last = `${done}/${total}`
    work.emit({ message: 'pods ready:', done, total, unit: 'pods' })
  }
  const timer = setInterval(() => void tell().catch(() => undefined), EVERY_MS)
  try {
    return await act()
  } finally {
    clearInterval(timer)
  }
}
