import type { LabInstallation } from '../../support/installation.ts'

/** Something that somebody does to the world behind groundcrew's back. */
export type Mutation = {
  /** As it would be told to a colleague: `versioning suspended`. */
  name: string
  address: string
  change(site: LabInstallation): Promise<unknown>
  /** Names the field in the plan's text. */
  shows: RegExp | string
  /** What apply has to be told besides. */
  flags?: readonly string[]
  /** Sees by a foreign client that it is undone. */
  repaired?(site: LabInstallation): Promise<unknown>
  /** Part of the quick run. */
  isSample?: boolean
}
