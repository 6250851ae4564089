import { ENCRYPTION_KEY } from '../../installation/spacelift.ts'
import type { Address } from '../../values/address.ts'
import { pointer } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { LiveSecret } from '../../world/ports/cluster.ts'
import type { Finding, UnmanagedDifference } from '../kind.ts'
import { placeOf } from './facts.ts'

const BLOCKS_DELETION = 'A deletion of the secret does not complete until the finalizer is removed.'

/** A secret that is being deleted is neither present nor absent, and the server rejects a new one of the same name. */
export function deleting(address: Address, { finalizers, data }: LiveSecret): Problem {
  const keep = data.has(ENCRYPTION_KEY)
    ? ' First make sure that encryption.rsaPrivateKey is the key in it: it is lost with the secret.'
    : ''
  const wait =
    finalizers.length === 0
      ? 'Wait until it is deleted'
      : `Wait until the finalizer's owner removes it, or remove it with ${removeFinalizers(address)}`
  return {
    code: 'secret/deleting',
    summary: `${address} is being deleted.`,
    detail: finalizers.length === 0 ? 'It has no finalizers.' : `Its deletion waits for ${listed(finalizers)}.`,
    remedy: `${wait}. Then run groundcrew apply, which creates the secret again.${keep}`,
  }
}

/** Throws when a replacement would hang on a finalizer after the deletion. */
export function assertDeletable(address: Address, { finalizers }: LiveSecret): void {
  if (finalizers.length === 0) return
  const summary = `${address} must be deleted and created again, and ${listed(finalizers)} ${finalizers.length === 1 ? 'blocks' : 'block'} its deletion.`
  const remedy = `Have the finalizer's owner remove it, or remove it: ${removeFinalizers(address)}`
  throw new ProblemError({ code: 'secret/finalizer-holds', summary, detail: BLOCKS_DELETION, remedy })
}

/** Finalizers belong to the controllers that set them: they are reported, never undone. */
export function finalizerFindings(address: Address, { finalizers }: LiveSecret): Finding[] {
  if (finalizers.length === 0) return []
  const summary = `It has finalizers that groundcrew did not set: ${finalizers.join(', ')}.`
  return [{ address, code: 'secret/finalizer', summary, detail: BLOCKS_DELETION, remedy: finalizerRemedy(address) }]
}

/** The same for a drift report. */
export function finalizerDifferences(address: Address, { finalizers }: LiveSecret): UnmanagedDifference[] {
  const remedy = `groundcrew does not undo it. ${finalizerRemedy(address)}`
  return finalizers.map((name) => ({
    pointer: pointer('finalizers', name),
    expected: 'none',
    actual: 'set',
    summary: BLOCKS_DELETION,
    remedy,
  }))
}

function finalizerRemedy(address: Address): string {
  return `Find out which controller set it. If it is not needed: ${removeFinalizers(address)}`
}

function listed(finalizers: readonly string[]): string {
  return `${finalizers.length === 1 ? 'its finalizer' : 'its finalizers'} ${finalizers.join(', ')}`
}

function removeFinalizers(address: Address): string {
  const { namespace, name } = placeOf(address)
  return `kubectl -n ${namespace} patch secret ${name} --type=merge -p '{"metadata":{"finalizers":null}}'`
}
