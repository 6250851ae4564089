/** What the daemon applies without approval: nothing, changes of the file or its inputs, drift, or both. */
export const POLICIES = ['none', 'declared', 'drifted', 'all'] as const

export type Policy = (typeof POLICIES)[number]
