import type { Installation } from './installation.ts'
import { secretInputs } from './secrets/secretInputs.ts'

/** Absolute paths of the desired state and of all that it names on this machine: secrets, certificates, archive, chart. */
export function referencedFiles(it: Installation): readonly string[] {
  const secrets = secretInputs(it).flatMap(({ from }) => ('file' in from ? [from.file] : []))
  const named = [
    it.path,
    it.objectStorage.caFile,
    it.images.archive,
    ...it.registries.map(({ caFile }) => caFile),
    'path' in it.release.chart ? it.release.chart.path : undefined,
  ]
  return [...new Set([...named, ...secrets].filter((path) => path !== undefined))].sort()
}
