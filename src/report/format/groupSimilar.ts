/** From so many on, what says the same is told once for all. */
const ALIKE = 4

export type Group<T> = readonly [T, ...T[]]

/** Puts together what has the same key, each group where its first stands; a few alike stay by themselves. */
export function groupSimilar<T>(all: readonly T[], key: (one: T) => string): Group<T>[] {
  const groups = Map.groupBy(all, key)
  return all.flatMap((one): Group<T>[] => {
    const group = groups.get(key(one)) as unknown as Group<T>
    if (group.length < ALIKE) return [[one]]
    return group[0] === one ? [group] : []
  })
}
