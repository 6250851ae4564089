import type { LabInstallation } from '../../support/installation.ts'

/** Something that became of the release, and of Helm's record of it, behind groundcrew's back. */
export type HelmState = {
  /** As it would be told to a colleague. */
  readonly name: string
  readonly make: (installation: LabInstallation) => Promise<unknown>
  /** What the plan says of it. */
  readonly shows: readonly RegExp[]
  /** Applied in place of the installation's own file. */
  readonly file?: string
  /** Part of the quick run. */
  readonly isSample?: boolean
}
