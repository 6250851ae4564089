import type { Installation } from '../../installation/installation.ts'
import type { Workload } from '../../installation/spacelift.ts'
import type { OutdatedReaders, Restart, Upstream } from '../kind.ts'
import { imagesOfWorkload, secretsOfWorkload } from './restartAnnotations.ts'

/** The Deployments whose pods hold outdated values of a secret, or run a different image, each with the reasons to show. */
export function outdatedReaders(installation: Installation, workloads: readonly Workload[], upstream: Upstream): OutdatedReaders {
  const reasons = workloads.map((workload) => {
    const { deployment } = workload
    const secrets = secretsOfWorkload(installation, workload).flatMap((secret) => upstream.outdatedReaders(secret).get(deployment) ?? [])
    const images = imagesOfWorkload(workload).filter((image) => upstream.outdatedReaders(image).has(deployment))
    return [deployment, [...secrets, ...images.map((image) => `they run a different ${image}`)]] as const
  })
  return new Map(reasons.filter(([, because]) => because.length > 0))
}

/** Restarts with what is wrong with the pods. */
export function withReasons(restarts: readonly Restart[], outdated: OutdatedReaders): readonly Restart[] {
  return restarts.map((restart) => {
    const because = outdated.get(restart.workload)
    return because === undefined ? restart : { ...restart, because }
  })
}
