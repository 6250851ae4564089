import type { Address } from '../../values/address.ts'
import { textAt } from '../../values/unstructured.ts'
import type { RawObject } from '../../world/ports/cluster.ts'
import type { Impact } from '../kind.ts'
import type { ManifestObject } from './objects/manifest.ts'
import { HOLDS_DATA, type ObservedObjects } from './objects/observe/observeObjects.ts'

type Manifest = ReadonlyMap<string, ManifestObject>

/** Objects that hold data and that helm deletes when it upgrades to this manifest. */
export function dataLossOfUpgrade({ manifest, live }: ObservedObjects, next: Manifest): readonly string[] {
  return holdData(manifest, live).filter((key) => !next.has(key) && !isKept(live.get(key)?.raw))
}

/** The same for an uninstall, which keeps only what the manifest marks as kept. */
export function dataLossOfRemoval({ manifest, live }: ObservedObjects): readonly string[] {
  return holdData(manifest, live).filter((key) => !isKept(manifest.get(key)?.raw))
}

/** Helm never deletes objects of a chart's crds/. */
function holdData(manifest: Manifest, live: ObservedObjects['live']): readonly string[] {
  return [...manifest].flatMap(([key, { origin, kind }]) =>
    origin === 'template' && HOLDS_DATA.includes(kind) && live.has(key) ? [key] : [],
  )
}

/** Objects that the next manifest lacks and that helm keeps because they are annotated so. */
export function keptObjects({ manifest, live }: ObservedObjects, next: Manifest): readonly string[] {
  return [...manifest.keys()].filter((key) => !next.has(key) && isKept(live.get(key)?.raw))
}

function isKept(raw: RawObject | undefined): boolean {
  return textAt(raw, 'metadata', 'annotations', 'helm.sh/resource-policy') === 'keep'
}

/** The data at risk, and the consent that losing it needs. `alternative`: how to keep it. */
export function dataLossImpact(address: Address, lost: readonly string[], alternative: string): Pick<Impact, 'dataAtRisk' | 'refusals'> {
  if (lost.length === 0) return { dataAtRisk: [], refusals: [] }
  const consent = `--accept-data-loss ${address}`
  const refusal = {
    code: 'release/data-loss',
    summary: `helm would delete ${lost.join(' and ')}, with all data in it.`,
    remedy: `${alternative} To accept the loss: ${consent}`,
    consent,
  }
  return { dataAtRisk: lost.map((key) => ({ address, what: `${key} is deleted, with all data in it` })), refusals: [refusal] }
}
