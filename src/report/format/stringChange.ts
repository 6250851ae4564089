import { escapeControls, plainLength, truncateMiddle } from './fold.ts'
import { commonHead, type Run, sequenceDiff, together } from './sequenceDiff.ts'
import type { Style } from './style.ts'

/** What is shown of the same beside a difference, in columns, the most that fits; and in lines. How long a piece that differs may be. */
const BESIDE = [Number.POSITIVE_INFINITY, 20, 10]
const BESIDE_LINES = 2
const PIECE = 60
const MOST_LINES = 40
/** Less than this is not worth leaving out. */
const HIDDEN = 12

/**
 * A change within a text, on one line: what goes as `[-old-]`, what comes as `{+new+}`, and around it what is the same,
 * shortened when there is too little room. Undefined when the two have too little in common to
 * be read that way, unless they have to be told so anyway.
 */
export function inlineChange(from: string, to: string, room: number, style: Style, anyway: boolean): string | undefined {
  const runs = wordRuns(from, to)
  const same = lengthOf(runs.filter(({ is }) => is === 'same'))
  if (!anyway && same * 3 < Math.max(from.length, to.length)) return undefined
  const shown = BESIDE.map((beside) => runs.map((run, i) => piece(run, beside, i === 0, i === runs.length - 1, style)).join(''))
  return shown.find((line) => plainLength(line) <= room) ?? shown.at(-1)
}

function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { items }) => sum + items.join('').length, 0)
}

function piece({ is, items }: Run, beside: number, isFirst: boolean, isLast: boolean, style: Style): string {
  const text = items.join('')
  if (is === 'removed') return style.removed(`[-${escapeControls(truncateMiddle(text, PIECE))}-]`)
  if (is === 'added') return style.added(`{+${escapeControls(truncateMiddle(text, PIECE))}+}`)
  const head = isFirst ? '' : beginning(items, beside)
  const tail = isLast ? '' : beginning(items.toReversed(), beside, true)
  return escapeControls(text.length - head.length - tail.length < HIDDEN ? text : `${head}…${tail}`)
}

/** The first words, about so many columns of them; `turned`: the words came last first. */
function beginning(words: readonly string[], room: number, turned = false): string {
  let taken = ''
  for (const word of words) {
    if (taken.length + word.length > room) break
    taken = turned ? `${word}${taken}` : `${taken}${word}`
  }
  const [first = ''] = words
  return taken !== '' ? taken : turned ? [...first].slice(-room).join('') : [...first].slice(0, room).join('')
}

/** Word by word; what replaces something is narrowed to where it really differs, so that folding never hides it. */
function wordRuns(from: string, to: string): Run[] {
  const words = (text: string): string[] => text.match(/[\p{L}\p{N}_.-]+|[^\p{L}\p{N}_.-]/gu) ?? []
  const runs = mergeShortRuns(sequenceDiff(words(from), words(to)))
  return together(runs.flatMap((run, i) => narrowed(runs, run, i)))
}

/** Two differences with a sign or two between them are one: `[-a-]{+b+}.[-c-]{+d+}` is harder to read than `[-a.c-]{+b.d+}`. */
function mergeShortRuns(runs: readonly Run[]): Run[] {
  const isCrumb = (i: number) => i > 0 && i < runs.length - 1 && (runs[i]?.items.join('').length ?? 0) < 3
  return together(
    runs.flatMap((run, i): Run[] =>
      run.is === 'same' && isCrumb(i)
        ? [
            { is: 'removed', items: run.items },
            { is: 'added', items: run.items },
          ]
        : [run],
    ),
  )
}

function narrowed(runs: readonly Run[], run: Run, i: number): Run[] {
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
  return runs.some(({ items }) => items.join('').length > PIECE)
}

/** A change within a text of several lines: the lines that go and come, with some around them. */
export function lineChange(from: string, to: string, room: number, style: Style): string[] {
  // A newline that ends both says nothing.
  const isEnded = from.endsWith('\n') && to.endsWith('\n')
  const lines = (text: string) => (isEnded ? text.slice(0, -1) : text).split('\n')
  const runs = sequenceDiff(lines(from), lines(to))
  const told = runs.flatMap((run, i) => linesOf(run, i === 0, i === runs.length - 1, room, style))
  if (told.length <= MOST_LINES) return told
  const more = runs.filter(({ is }) => is !== 'same').reduce((sum, { items }) => sum + items.length, 0)
  return [...told.slice(0, MOST_LINES), style.faint(`  … ${more} lines differ in total; --json shows all of them`)]
}

function linesOf({ is, items }: Run, isFirst: boolean, isLast: boolean, room: number, style: Style): string[] {
  const lines = (all: readonly string[], sign: string) =>
    all.map((line) => `${sign} ${truncateMiddle(escapeControls(line), room - 2)}`.trimEnd())
  if (is === 'removed') return lines(items, '-').map(style.removed)
  if (is === 'added') return lines(items, '+').map(style.added)
  const [head, tail] = [isFirst ? 0 : BESIDE_LINES, isLast ? 0 : BESIDE_LINES]
  const hidden = items.length - head - tail
  if (hidden <= 1) return lines(items, ' ')
  const between = style.faint(`  … ${hidden} unchanged lines`)
  return [...lines(items.slice(0, head), ' '), between, ...lines(items.slice(items.length - tail), ' ')]
}
