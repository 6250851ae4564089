import type { Installation } from './installation.ts'
import { secretInputs } from './secrets/secretInputs.ts'

/** Absolute paths of the desired state and of every file it refers to on this machine: secrets, certificates, archive, chart. */
export function referencedFiles(installation: Installation): readonly string[] {
  const secrets = secretInputs(installation).flatMap(({ from }) => ('file' in from ? [from.file] : []))
  const named = [
    installation.path,
    installation.objectStorage.caFile,
    installation.images.archive,
    ...installation.registries.map(({ caFile }) => caFile),
    'path' in installation.release.chart ? installation.release.chart.path : undefined,
  ]
  return [...new Set([...named, ...secrets].filter((path) => path !== undefined))].sort()
}
