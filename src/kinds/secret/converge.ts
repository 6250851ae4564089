import { ENCRYPTION_KEY } from '../../installation/spacelift.ts'
import { segments } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { Sealed } from '../../values/sealed.ts'
import type { LiveSecret } from '../../world/ports/cluster.ts'
import type { ApplyContext, Converged, Recorded } from '../kind.ts'
import { placeOf, type SecretChange, type SecretFacts, type SecretObservation, TYPE } from './facts.ts'
import { valuesWrittenAt } from './valuesWrittenAt.ts'

/** Creates, patches or replaces the secret. */
export async function converge(context: ApplyContext, change: SecretChange): Promise<Converged<SecretFacts>> {
  const { namespace, name, values } = change.declared.material
  const { cluster } = context.world
  await context.assertLockHeld()
  const { bookkeeping } = change.basis
  if (change.observed.is !== 'present') {
    const { resourceVersion, managedFields } = await cluster.createSecret(namespace, name, TYPE, values)
    // No container starts without the secret, so every container that starts from now on holds these values.
    const at = valuesWrittenAt(managedFields)
    return { facts: change.desired, guard: resourceVersion, ...(at && { bookkeeping: { at, readers: {} } }) }
  }
  const { live } = change.observed.evidence
  if (change.action === 'replace') return { ...(await replace(context, change, live)), ...(bookkeeping && { bookkeeping }) }
  const edit = { ...editOf(change), dataIsMissing: live.data.size === 0 }
  const { resourceVersion } = await cluster.patchSecret(namespace, name, live, edit)
  return { facts: change.desired, guard: resourceVersion, ...(bookkeeping && { bookkeeping }) }
}

/** Deletes the secret and creates it again. After a crash in between, the next apply finds it absent and creates it. */
async function replace(context: ApplyContext, { declared, desired, observed }: SecretChange, live: LiveSecret) {
  const { namespace, name, values } = declared.material
  const data = new Map(values)
  // The same encryption key in another encoding stays as it is, through a replacement too.
  const liveKey = live.data.get(ENCRYPTION_KEY)
  if (liveKey !== undefined && observed.is === 'present' && desired.keys[ENCRYPTION_KEY] === observed.facts.keys[ENCRYPTION_KEY])
    data.set(ENCRYPTION_KEY, liveKey)
  await context.world.cluster.deleteSecret(namespace, name, live)
  await context.assertLockHeld()
  const { resourceVersion } = await context.world.cluster.createSecret(namespace, name, TYPE, data)
  return { facts: desired, guard: resourceVersion }
}

function editOf({ edits, declared }: SecretChange) {
  const set = new Map<string, Sealed>()
  const unset: string[] = []
  const unannotate: string[] = []
  for (const { pointer, to } of edits) {
    const [part, name = ''] = segments(pointer)
    const value = declared.material.values.get(name)
    if (part === 'annotations') unannotate.push(name)
    else if (part === 'keys' && to === undefined) unset.push(name)
    else if (part === 'keys' && value !== undefined) set.set(name, value)
  }
  return { set, unset, unannotate }
}

/** Deletes the secret, if it is still as observed. */
export async function remove(context: ApplyContext, { address }: Recorded<SecretFacts>, observed: SecretObservation): Promise<void> {
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  if (observed.is === 'absent') return
  const { namespace, name } = placeOf(address)
  await context.assertLockHeld()
  await context.world.cluster.deleteSecret(namespace, name, observed.evidence.live)
}
