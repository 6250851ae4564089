export type PodCounts = {
  /** All pods of a Deployment, of any template. */
  readonly all: number
  /** Those of its newest template. */
  readonly updated: number
  readonly ready: number
}

/**
 * The minimum number of ready pods of the newest template: a Deployment counts ready pods of all templates together, and
 * old pods that stay ready must not look like progress of new ones.
 */
export function newestReady({ all, updated, ready }: PodCounts): number {
  return Math.max(0, Math.min(updated, ready - (all - updated)))
}
