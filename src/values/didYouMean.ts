/** The candidate that `word` was most likely meant to be, or undefined when none is near. Case, `-` and `_` do not count. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  return byEdits(word, candidates) ?? byParts(word, candidates)
}

function byEdits(word: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(word)
  const near = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)))
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(wanted, plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  return ranked[0] !== undefined && ranked[0].edits <= near ? ranked[0].candidate : undefined
}

/** `expireDays` leaves out a part of `expireAfterDays`; a part that several candidates have says nothing. */
function byParts(word: string, candidates: readonly string[]): string | undefined {
  const wanted = parts(word)
  const holders = candidates.filter((candidate) => wanted.every((part) => parts(candidate).includes(part)))
  return wanted.length > 0 && holders.length === 1 ? holders[0] : undefined
}

function parts(word: string): string[] {
  return (word.slice(0, 64).match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).map((part) => part.toLowerCase())
}

function plain(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const cell = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    rows.push([i])
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const edits = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + cost)
      rows[i]?.push(swapped ? Math.min(edits, cell(i - 2, j - 2) + 1) : edits)
    }
  }
  return cell(a.length, b.length)
}
