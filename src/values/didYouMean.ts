/** The candidate that `word` most likely stands for, or undefined when none is close. Ignores case, `-` and `_`. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  return byEdits(word, candidates) ?? byParts(word, candidates)
}

function byEdits(word: string, candidates: readonly string[]): string | undefined {
  const normalized = normalize(word)
  const maxEdits = Math.min(3, Math.max(1, Math.floor(normalized.length / 3)))
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(normalized, normalize(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  return ranked[0] !== undefined && ranked[0].edits <= maxEdits ? ranked[0].candidate : undefined
}

/** `expireDays` omits a part of `expireAfterDays`. Parts that several candidates contain identify none of them. */
function byParts(word: string, candidates: readonly string[]): string | undefined {
  const wordParts = parts(word)
  const matches = candidates.filter((candidate) => wordParts.every((part) => parts(candidate).includes(part)))
  return wordParts.length > 0 && matches.length === 1 ? matches[0] : undefined
}

function parts(word: string): string[] {
  return (word.slice(0, 64).match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).map((part) => part.toLowerCase())
}

function normalize(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_]/g, '')
}

/** The number of insertions, deletions, substitutions and swaps of adjacent characters from `a` to `b` (optimal string alignment). */
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
