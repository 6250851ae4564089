import { ENCRYPTION_KEY } from '../../installation/spacelift.ts'
import type { Address } from '../../values/address.ts'
import { pointer } from '../../values/json.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { LiveSecret } from '../../world/ports/cluster.ts'
import type { Finding, UnmanagedDifference } from '../kind.ts'

const HOLDS = 'While it is there, a deletion of the secret does not end.'

/** While it goes it is neither there nor gone, and a server refuses another one of its name. */
export function deleting(where: Address, { finalizers, data }: LiveSecret): Problem {
  const keep = data.has(ENCRYPTION_KEY) ? ' Be sure before that encryption.rsaPrivateKey is the key it holds: it is lost with it.' : ''
  return {
    code: 'secret/deleting',
    summary: `${where} is being deleted.`,
    detail: finalizers.length === 0 ? 'Nothing holds it.' : `There it stays while ${named(finalizers)}.`,
    remedy: `Let its owner end it, or take it off, then apply: that makes the secret anew.${keep} To take it off: ${takeOff(where)}`,
  }
}

/** Refuses to delete what would neither go nor let another one come. */
export function refuseHeld(where: Address, { finalizers }: LiveSecret): void {
  if (finalizers.length === 0) return
  const summary = `${where} has to be deleted and made anew, and ${named(finalizers)}.`
  const remedy = `Have its owner take it off, or take it off: ${takeOff(where)}`
  throw new ProblemError({ code: 'secret/finalizer-holds', summary, detail: HOLDS, remedy })
}

/** Finalizers are their owners' to set and to take off: they are told, never undone. */
export function finalizerFindings(where: Address, { finalizers }: LiveSecret): Finding[] {
  if (finalizers.length === 0) return []
  const summary = `It has finalizers that groundcrew did not set: ${finalizers.join(', ')}.`
  return [{ address: where, code: 'secret/finalizer', summary, detail: HOLDS, remedy: unwanted(where) }]
}

/** The same for a report of drift. */
export function watchedFinalizers(where: Address, { finalizers }: LiveSecret): UnmanagedDifference[] {
  const remedy = `It is not undone by groundcrew. ${unwanted(where)}`
  return finalizers.map((name) => ({ pointer: pointer('finalizers', name), expected: 'none', actual: 'set', summary: HOLDS, remedy }))
}

function unwanted(where: Address): string {
  return `Ask whoever set it. If nobody needs it: ${takeOff(where)}`
}

function named(finalizers: readonly string[]): string {
  return finalizers.length === 1 ? `its finalizer ${finalizers[0]} holds it` : `its finalizers ${finalizers.join(', ')} hold it`
}

function takeOff(where: Address): string {
  const [, namespace, name] = where.split('/')
  return `kubectl -n ${namespace} patch secret ${name} --type=merge -p '{"metadata":{"finalizers":null}}'`
}
