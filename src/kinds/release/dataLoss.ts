import type { Address } from '../../values/address.ts'
import { isMap } from '../../values/json.ts'
import type { RawObject } from '../../world/ports/cluster.ts'
import type { Impact } from '../kind.ts'
import type { ManifestObject } from './objects/manifest.ts'
import { HOLDS_DATA, type ObservedObjects } from './objects/observe/observeObjects.ts'

type Manifest = ReadonlyMap<string, ManifestObject>

/** Objects with data in them that helm deletes when the release becomes this manifest. */
export function dataLossOfUpgrade({ manifest, live }: ObservedObjects, next: Manifest): readonly string[] {
  return holdData(manifest, live).filter((key) => !next.has(key) && !isKept(live.get(key)?.raw))
}

/** The same when it is uninstalled: then only what its manifest says is kept. */
export function dataLossOfRemoval({ manifest, live }: ObservedObjects): readonly string[] {
  return holdData(manifest, live).filter((key) => !isKept(manifest.get(key)?.raw))
}

/** Helm never deletes what comes from a chart's crds/. */
function holdData(manifest: Manifest, live: ObservedObjects['live']): readonly string[] {
  return [...manifest].flatMap(([key, { origin, kind }]) =>
    origin === 'template' && HOLDS_DATA.includes(kind) && live.has(key) ? [key] : [],
  )
}

/** Objects that the next manifest lacks and helm leaves where they are, because they say so. */
export function keptObjects({ manifest, live }: ObservedObjects, next: Manifest): readonly string[] {
  return [...manifest.keys()].filter((key) => !next.has(key) && isKept(live.get(key)?.raw))
}

function isKept(raw: RawObject | undefined): boolean {
  const metadata = raw?.metadata
  return isMap(metadata) && isMap(metadata.annotations) && metadata.annotations['helm.sh/resource-policy'] === 'keep'
}

/** What is lost with them, and that it has to be allowed. `instead`: how to keep it. */
export function dataLossImpact(address: Address, lost: readonly string[], instead: string): Pick<Impact, 'dataAtRisk' | 'refusals'> {
  if (lost.length === 0) return { dataAtRisk: [], refusals: [] }
  const consent = `--accept-data-loss ${address}`
  const refusal = {
    code: 'release/data-loss',
    summary: `helm would delete ${lost.join(' and ')}, with all that is in it.`,
    remedy: `${instead} To give it up: ${consent}`,
    consent,
  }
  return { dataAtRisk: lost.map((key) => ({ address, what: `${key} is deleted, with all that is in it` })), refusals: [refusal] }
}
