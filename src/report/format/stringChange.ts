import { commonHead, mergeRuns, type Run, sequenceDiff } from './sequenceDiff.ts'
import type { Style } from './style.ts'
import { escapeControls, truncateMiddle, visibleLength } from './wrap.ts'

/** Columns of unchanged text shown beside a difference: the first that fits is used. */
const CONTEXT_COLUMNS = [Number.POSITIVE_INFINITY, 20, 10]
const CONTEXT_LINES = 2
const MAX_PIECE = 60
const MAX_LINES = 40
/** Shorter unchanged text is never left out. */
const MIN_HIDDEN = 12

/**
 * A change within a text, on one line: `[-old-]{+new+}` between unchanged text, which is shortened to fit. Undefined if the
 * two texts have too little in common to be readable that way, unless `isForced`.
 */
export function inlineChange(from: string, to: string, room: number, style: Style, isForced: boolean): string | undefined {
  const runs = wordRuns(from, to)
  const same = lengthOf(runs.filter(({ is }) => is === 'same'))
  if (!isForced && same * 3 < Math.max(from.length, to.length)) return undefined
  const shown = CONTEXT_COLUMNS.map((context) => runs.map((run, i) => piece(run, context, i === 0, i === runs.length - 1, style)).join(''))
  return shown.find((line) => visibleLength(line) <= room) ?? shown.at(-1)
}

function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { items }) => sum + items.join('').length, 0)
}

function piece({ is, items }: Run, context: number, isFirst: boolean, isLast: boolean, style: Style): string {
  const text = items.join('')
  if (is === 'removed') return style.removed(`[-${escapeControls(truncateMiddle(text, MAX_PIECE))}-]`)
  if (is === 'added') return style.added(`{+${escapeControls(truncateMiddle(text, MAX_PIECE))}+}`)
  const head = isFirst ? '' : firstWords(items, context)
  const tail = isLast ? '' : firstWords(items.toReversed(), context, true)
  return escapeControls(text.length - head.length - tail.length < MIN_HIDDEN ? text : `${head}…${tail}`)
}

/** The first words, about `room` columns of them; `isReversed`: the words are in reverse order. */
function firstWords(words: readonly string[], room: number, isReversed = false): string {
  let taken = ''
  for (const word of words) {
    if (taken.length + word.length > room) break
    taken = isReversed ? `${word}${taken}` : `${taken}${word}`
  }
  const [first = ''] = words
  return taken !== '' ? taken : isReversed ? [...first].slice(-room).join('') : [...first].slice(0, room).join('')
}

/** Word by word; a long replacement is narrowed to what differs, so that truncation never hides it. */
function wordRuns(from: string, to: string): Run[] {
  const words = (text: string): string[] => text.match(/[\p{L}\p{N}_.-]+|[^\p{L}\p{N}_.-]/gu) ?? []
  const runs = mergeShortRuns(sequenceDiff(words(from), words(to)))
  return mergeRuns(runs.flatMap((run, i) => narrowToDifference(runs, run, i)))
}

/** Merges differences with one or two characters between them: `[-a-]{+b+}.[-c-]{+d+}` is harder to read than `[-a.c-]{+b.d+}`. */
function mergeShortRuns(runs: readonly Run[]): Run[] {
  const isShort = (i: number) => i > 0 && i < runs.length - 1 && (runs[i]?.items.join('').length ?? 0) < 3
  return mergeRuns(
    runs.flatMap((run, i): Run[] =>
      run.is === 'same' && isShort(i)
        ? [
            { is: 'removed', items: run.items },
            { is: 'added', items: run.items },
          ]
        : [run],
    ),
  )
}

function narrowToDifference(runs: readonly Run[], run: Run, i: number): Run[] {
  const [before, after] = [runs[i - 1], runs[i + 1]]
  if (run.is === 'added' && before?.is === 'removed' && isLong(before, run)) return []
  if (run.is !== 'removed' || after?.is !== 'added' || !isLong(run, after)) return [run]
  const [mine, theirs] = [[...run.items.join('')], [...after.items.join('')]]
  const head = commonHead(mine, theirs)
  const tail = commonHead(mine.slice(head).reverse(), theirs.slice(head).reverse())
  return [
    { is: 'same', items: mine.slice(0, head) },
    { is: 'removed', items: mine.slice(head, mine.length - tail) },
    { is: 'added', items: theirs.slice(head, theirs.length - tail) },
    { is: 'same', items: mine.slice(mine.length - tail) },
  ]
}

function isLong(...runs: readonly Run[]): boolean {
  return runs.some(({ items }) => items.join('').length > MAX_PIECE)
}

/** A change within a text of several lines: the removed and added lines, with some unchanged ones around them. */
export function lineChange(from: string, to: string, room: number, style: Style): string[] {
  // A newline at the end of both is no line of its own.
  const endsWithNewline = from.endsWith('\n') && to.endsWith('\n')
  const lines = (text: string) => (endsWithNewline ? text.slice(0, -1) : text).split('\n')
  const runs = sequenceDiff(lines(from), lines(to))
  const shown = runs.flatMap((run, i) => runLines(run, i === 0, i === runs.length - 1, room, style))
  if (shown.length <= MAX_LINES) return shown
  const more = runs.filter(({ is }) => is !== 'same').reduce((sum, { items }) => sum + items.length, 0)
  return [...shown.slice(0, MAX_LINES), style.faint(`  … ${more} lines differ in total; --json shows all of them`)]
}

function runLines({ is, items }: Run, isFirst: boolean, isLast: boolean, room: number, style: Style): string[] {
  const lines = (texts: readonly string[], symbol: string) =>
    texts.map((line) => `${symbol} ${truncateMiddle(escapeControls(line), room - 2)}`.trimEnd())
  if (is === 'removed') return lines(items, '-').map(style.removed)
  if (is === 'added') return lines(items, '+').map(style.added)
  const [head, tail] = [isFirst ? 0 : CONTEXT_LINES, isLast ? 0 : CONTEXT_LINES]
  const hidden = items.length - head - tail
  if (hidden <= 1) return lines(items, ' ')
  const separator = style.faint(`  … ${hidden} unchanged lines`)
  return [...lines(items.slice(0, head), ' '), separator, ...lines(items.slice(items.length - tail), ' ')]
}
