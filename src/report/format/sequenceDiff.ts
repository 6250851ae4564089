/** A stretch of two sequences: in both, only in the first, only in the second. */
export type Run = { readonly is: 'same' | 'removed' | 'added'; readonly items: readonly string[] }

/** More cells than this are not worth the wait: what lies between the common ends is then replaced as a whole. */
const CELLS = 4_000_000

/**
 * How one sequence becomes the other, with as much as possible kept: what goes stands before what comes in its place.
 * Without what was added it is the first again, without what was removed the second.
 */
export function sequenceDiff(from: readonly string[], to: readonly string[]): Run[] {
  const head = commonHead(from, to)
  const tail = commonHead(from.slice(head).reverse(), to.slice(head).reverse())
  const [mine, theirs] = [from.slice(head, from.length - tail), to.slice(head, to.length - tail)]
  const middle = mine.length * theirs.length > CELLS ? replaced(mine, theirs) : shortest(mine, theirs)
  const all: Run[] = [{ is: 'same', items: from.slice(0, head) }, ...middle, { is: 'same', items: from.slice(from.length - tail) }]
  return together(all)
}

/** How many items two sequences begin with alike. */
export function commonHead(from: readonly string[], to: readonly string[]): number {
  const end = Math.min(from.length, to.length)
  for (let i = 0; i < end; i++) if (from[i] !== to[i]) return i
  return end
}

function replaced(from: readonly string[], to: readonly string[]): Run[] {
  return [
    { is: 'removed', items: from },
    { is: 'added', items: to },
  ]
}

function shortest(from: readonly string[], to: readonly string[]): Run[] {
  const kept = lengthsKept(from, to)
  const width = to.length + 1
  const all: Run[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const [a, b] = [from[i], to[j]]
    if (i < from.length && j < to.length && a === b) {
      all.push({ is: 'same', items: [a as string] })
      i++
      j++
    } else if (j >= to.length || (i < from.length && (kept[(i + 1) * width + j] ?? 0) >= (kept[i * width + j + 1] ?? 0))) {
      all.push({ is: 'removed', items: [a as string] })
      i++
    } else {
      all.push({ is: 'added', items: [b as string] })
      j++
    }
  }
  return all
}

/** How many items at most are common from each pair of places on. */
function lengthsKept(from: readonly string[], to: readonly string[]): Uint32Array {
  const width = to.length + 1
  const kept = new Uint32Array((from.length + 1) * width)
  for (let i = from.length - 1; i >= 0; i--)
    for (let j = to.length - 1; j >= 0; j--)
      kept[i * width + j] =
        from[i] === to[j]
          ? (kept[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(kept[(i + 1) * width + j] ?? 0, kept[i * width + j + 1] ?? 0)
  return kept
}

/** Neighbours of one sort become one run; between two that stay, what goes stands first. */
export function together(all: readonly Run[]): Run[] {
  const done: Run[] = []
  let gap: { removed: string[]; added: string[] } = { removed: [], added: [] }
  const close = () => {
    for (const is of ['removed', 'added'] as const) if (gap[is].length > 0) done.push({ is, items: gap[is] })
    gap = { removed: [], added: [] }
  }
  for (const { is, items } of all) {
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
