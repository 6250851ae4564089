import { setTimeout as sleep } from 'node:timers/promises'

type PollOptions = { readonly timeoutMs?: number; readonly everyMs?: number }
type Pending = false | null | undefined

/**
 * Calls `condition` until it returns something other than false, null or undefined, and returns that. Throws with the
 * description, which reads as a fact: `helm created nine pods`.
 */
export async function until<T>(
  description: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 60_000, everyMs = 100 }: PollOptions = {},
): Promise<Exclude<T, Pending>> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(everyMs)) {
    const value = await condition()
    if (value !== false && value !== null && value !== undefined) return value as Exclude<T, Pending>
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${description}`)
}
