import type { Installation } from '../../installation/installation.ts'
import type { Workload } from '../../installation/spacelift.ts'
import type { OutdatedReaders, Restart, Upstream } from '../kind.ts'
import { imagesOf, secretsOf } from './restartAnnotations.ts'

/** The Deployments whose pods hold other values of a secret, or run another image, than they should, and why: as people read it. */
export function outdatedReaders(it: Installation, all: readonly Workload[], upstream: Upstream): OutdatedReaders {
  const found = all.map((workload) => {
    const { deployment } = workload
    const secrets = secretsOf(it, workload).flatMap((one) => upstream.outdatedReaders(one).get(deployment) ?? [])
    const images = imagesOf(workload).filter((one) => upstream.outdatedReaders(one).has(deployment))
    return [deployment, [...secrets, ...images.map((one) => `they run another ${one}`)]] as const
  })
  return new Map(found.filter(([, why]) => why.length > 0))
}

/** Restarts with what was wrong with the pods. */
export function withReasons(restarts: readonly Restart[], stale: OutdatedReaders): readonly Restart[] {
  return restarts.map((one) => {
    const because = stale.get(one.workload)
    return because === undefined ? one : { ...one, because }
  })
}
