import type { Installation } from '../installation/installation.ts'
import type { LeaseName } from '../state/heldLock.ts'

/** The namespace and name of an installation's Lease. */
export function lockLease({ release, kubernetes, state }: Installation): LeaseName {
  return { namespace: state.lockNamespace, name: `${release.name}.${kubernetes.namespace}` }
}
