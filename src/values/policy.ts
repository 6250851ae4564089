/** What the daemon applies by itself: nothing, what the file (or an input) changed, what drifted, or both. */
export const POLICIES = ['none', 'declared', 'drifted', 'all'] as const

export type Policy = (typeof POLICIES)[number]
