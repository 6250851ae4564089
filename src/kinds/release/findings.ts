import type { Address } from '../../values/address.ts'
import type { Finding } from '../kind.ts'
import type { ObservedObjects } from './objects/observe/observeObjects.ts'

/** What a person should know of the release's objects that no change repairs. */
export function findingsOf(address: Address, seen: ObservedObjects | undefined, kept: readonly string[] = []): readonly Finding[] {
  if (seen === undefined) return []
  return [...seen.scaled.map((key) => scaled(address, key)), ...[...seen.kept, ...kept].map((key) => leftBehind(address, key))]
}

function scaled(address: Address, key: string): Finding {
  return {
    address,
    code: 'release/scaled',
    summary: `An autoscaler decides how many pods ${key} has, so its replicas are not compared.`,
    remedy:
      'That is fine as long as it is meant: kubectl get hpa. An upgrade sets the number of the values, and the autoscaler its own again.',
  }
}

function leftBehind(address: Address, key: string): Finding {
  return {
    address,
    code: 'release/left-behind',
    summary: `${key} is no longer in the chart, and is left alone: it holds data, or says that helm is to keep it.`,
    remedy: 'Look at what is in it. If nobody needs it, delete it with kubectl.',
  }
}
