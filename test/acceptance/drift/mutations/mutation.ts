import type { LabInstallation } from '../../support/installation.ts'

/** A change of a resource by a client other than groundcrew. */
export type Mutation = {
  /** `versioning suspended`. */
  name: string
  address: string
  change(installation: LabInstallation): Promise<unknown>
  /** Matches how the plan shows the changed field. */
  planShows: RegExp
  /** Flags that plan and apply need for the repair. */
  flags?(installation: LabInstallation): readonly string[]
  /** Checks with another client that the resource is repaired. */
  isRepaired(installation: LabInstallation): Promise<unknown>
  /** Runs with `--quick` too. */
  isSample?: boolean
}

/** How the plan shows a resource that was deleted. */
export const DELETED = /deleted outside groundcrew/

type Options = Partial<Pick<Mutation, 'flags' | 'isSample'>>

/** Creates mutations of one kind, which are all repaired when `isRepaired` holds. */
export const mutationsOf =
  (isRepaired: Mutation['isRepaired']) =>
  (address: string, name: string, planShows: RegExp, change: Mutation['change'], options: Options = {}): Mutation => ({
    address,
    name,
    planShows,
    change,
    isRepaired,
    ...options,
  })
