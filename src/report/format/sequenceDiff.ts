/** Consecutive items of two sequences: in both, only in the first, or only in the second. */
export type Run = { readonly is: 'same' | 'removed' | 'added'; readonly items: readonly string[] }

/** A larger table takes too long: what lies between the common ends is then replaced as a whole. */
const MAX_CELLS = 4_000_000

/**
 * The shortest edit from one sequence to the other; removed items come before the added ones that replace them.
 * Without the added runs it is the first sequence, without the removed runs the second.
 */
export function sequenceDiff(from: readonly string[], to: readonly string[]): Run[] {
  const head = commonHead(from, to)
  const tail = commonHead(from.slice(head).reverse(), to.slice(head).reverse())
  const [mine, theirs] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)]
  const middle = mine.length * theirs.length > MAX_CELLS ? replaceAllItems(mine, theirs) : shortestDiff(mine, theirs)
  const runs: Run[] = [{ is: 'same', items: from.slice(0, head) }, ...middle, { is: 'same', items: from.slice(from.length - tail) }]
  return mergeRuns(runs)
}

/** The number of items at the beginning that two sequences have in common. */
export function commonHead(from: readonly string[], to: readonly string[]): number {
  const end = Math.min(from.length, to.length)
  for (let i = 0; i < end; i++) if (from[i] !== to[i]) return i
  return end
}

function replaceAllItems(from: readonly string[], to: readonly string[]): Run[] {
  return [
    { is: 'removed', items: from },
    { is: 'added', items: to },
  ]
}

function shortestDiff(from: readonly string[], to: readonly string[]): Run[] {
  const common = commonLengths(from, to)
  const width = to.length + 1
  const runs: Run[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const [a, b] = [from[i], to[j]]
    if (i < from.length && j < to.length && a === b) {
      runs.push({ is: 'same', items: [a as string] })
      i++
      j++
    } else if (j >= to.length || (i < from.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      runs.push({ is: 'removed', items: [a as string] })
      i++
    } else {
      runs.push({ is: 'added', items: [b as string] })
      j++
    }
  }
  return runs
}

/** The length of the longest common subsequence from each pair of positions on. */
function commonLengths(from: readonly string[], to: readonly string[]): Uint32Array {
  const width = to.length + 1
  const common = new Uint32Array((from.length + 1) * width)
  for (let i = from.length - 1; i >= 0; i--)
    for (let j = to.length - 1; j >= 0; j--)
      common[i * width + j] =
        from[i] === to[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
  return common
}

/** Merges neighbouring runs of one sort; between two common runs the removed one comes first. */
export function mergeRuns(runs: readonly Run[]): Run[] {
  const done: Run[] = []
  let gap: { removed: string[]; added: string[] } = { removed: [], added: [] }
  const close = () => {
    for (const is of ['removed', 'added'] as const) if (gap[is].length > 0) done.push({ is, items: gap[is] })
    gap = { removed: [], added: [] }
  }
  for (const { is, items } of runs) {
    const last = done.at(-1)
    if (items.length === 0) continue
    if (is !== 'same') gap[is].push(...items)
    else if (gap.removed.length + gap.added.length === 0 && last?.is === 'same')
      done[done.length - 1] = { is, items: [...last.items, ...items] }
    else {
      close()
      done.push({ is, items })
    }
  }
  close()
  return done
}
