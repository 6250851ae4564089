export type PodCounts = {
  /** All pods of a Deployment, of whichever template. */
  readonly all: number
  /** Those of its newest template. */
  readonly updated: number
  readonly ready: number
}

/**
 * How many pods of the newest template are ready, at least: a Deployment tells readiness of old and new ones together, and
 * old ones that stay ready while new ones never are must not look like progress.
 */
export function newestReady({ all, updated, ready }: PodCounts): number {
  return Math.max(0, Math.min(updated, ready - (all - updated)))
}
