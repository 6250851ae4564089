import type { Address } from '../../values/address.ts'
import type { Finding } from '../kind.ts'
import type { ObservedObjects } from './objects/observe/observeObjects.ts'

/** Findings about the release's objects. `kept`: objects that the coming upgrade leaves behind. */
export function objectFindings(address: Address, observed: ObservedObjects | undefined, kept: readonly string[]): readonly Finding[] {
  if (observed === undefined) return []
  const left = [...observed.leftBehind, ...kept]
  return [...observed.scaled.map((key) => scaled(address, key)), ...left.map((key) => leftBehind(address, key))]
}

function scaled(address: Address, key: string): Finding {
  return {
    address,
    code: 'release/scaled',
    summary: `An autoscaler sets the replicas of ${key}, so they are not compared.`,
    remedy:
      'Check that it is intended: kubectl get hpa. An upgrade sets the replicas of the values, then the autoscaler changes them again.',
  }
}

function leftBehind(address: Address, key: string): Finding {
  return {
    address,
    code: 'release/left-behind',
    summary: `${key} is no longer in the chart and is kept: it holds data, or is annotated to be kept.`,
    remedy: 'Check what is in it. If it is not needed, delete it with kubectl.',
  }
}
