import type { Document } from 'yaml'
import type { LabInstallation } from '../../support/installation.ts'

/** A state of the release and of Helm's record that comes about outside groundcrew. */
export type HelmState = {
  /** As an operator would describe it. */
  readonly name: string
  /** What the plan shows. */
  readonly plan: readonly RegExp[]
  readonly isQuick?: boolean
  /** How the file that is applied differs from the installation's own. */
  readonly edit?: (document: Document) => void
  /** Brings the release into the state; `file` is the file that is applied afterwards. */
  create(installation: LabInstallation, file: string): Promise<unknown>
}
