import type { LabInstallation } from '../../support/installation.ts'

/** A secret somebody put where everybody can read it; it may not show anywhere. */
export const CANARY = 'canary-of-a-live-object'

/** Something that somebody does to a live object of the release behind groundcrew's back. */
export type ObjectDrift = {
  /** As it would be told to a colleague: `a container added`. */
  name: string
  change(site: LabInstallation): Promise<unknown>
  /** The object, as the plan names it. */
  object: string
  /** The lines below it in the plan's text, or the one that names it. */
  shows: RegExp
  /** Whom the plan blames, as the server knows it; undefined where the server does not. */
  by?: string | undefined
  /** The Deployments whose pods the repair replaces. */
  restarts?: readonly string[]
  /** Declared by the chart: repaired by an upgrade, with a new revision. */
  isOwned?: boolean
  /** Part of the quick run. */
  isSample?: boolean
}

type Operation = { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }

export const kubectl =
  (...args: string[]) =>
  (site: LabInstallation) =>
    site.kubectl('-n', 'spacelift', ...args)

/** A JSON patch by hand, one `[op, path, value]` each. */
export const patch = (object: string, ...operations: readonly (readonly [Operation['op'], string, unknown?])[]) =>
  kubectl('patch', object, '--type=json', '-p', JSON.stringify(operations.map(([op, path, value]) => ({ op, path, value }))))

export const merge = (object: string, value: object) => kubectl('patch', object, '--type=merge', '-p', JSON.stringify(value))

export const BY_PATCH = 'kubectl-patch at 20'
