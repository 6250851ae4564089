import { type Document, type ErrorCode, isCollection, isScalar, visit, type YAMLError } from 'yaml'

type Told = { readonly summary: string; readonly remedy: string }

const QUOTE = 'Put texts that hold any of : # { } [ ] , & * ! | > % @ ` or begin with a quote into quotes.'
const INDENT = 'Line the keys of one map up under each other, with spaces.'

/**
 * yaml's own messages may quote the source, and the source may be a password: each of its errors is told in our words.
 * What it does not name falls under {@link OTHER}.
 */
const TOLD: { readonly [code in ErrorCode]?: Told } = {
  TAB_AS_INDENT: { summary: 'A tab is used for indentation.', remedy: 'YAML knows only spaces there: replace each tab by two.' },
  BAD_INDENT: { summary: 'The indentation fits nothing above it.', remedy: INDENT },
  MISSING_CHAR: {
    summary: 'Something is missing here: a colon, a comma, or a blank after the colon.',
    remedy: 'Write "key: value" with a blank after the colon, and commas between the items in { } and [ ].',
  },
  UNEXPECTED_TOKEN: { summary: 'This cannot stand here.', remedy: `Look for a quote or bracket too many or too few. ${QUOTE}` },
  BLOCK_AS_IMPLICIT_KEY: {
    summary: 'A second "key: value" stands where one value belongs.',
    remedy: `Give it a line of its own, or put the value into quotes if the colon is part of it. ${INDENT}`,
  },
  MULTILINE_IMPLICIT_KEY: {
    summary: 'This line is no "key: value".',
    remedy: 'Write a colon and a blank behind the key; close the quote if one was opened here.',
  },
  KEY_OVER_1024_CHARS: { summary: 'A key is longer than 1024 characters.', remedy: 'Look for a quote that is not closed above it.' },
  BLOCK_IN_FLOW: {
    summary: 'Inside { } or [ ] there is an indented block.',
    remedy: 'Write everything inside the brackets with commas, or write the whole map as an indented block.',
  },
  BAD_SCALAR_START: { summary: 'A value begins with a character that YAML reserves.', remedy: 'Put the value into quotes.' },
  BAD_DQ_ESCAPE: {
    summary: 'A text in double quotes holds a backslash that begins nothing.',
    remedy: "Use single quotes, or write the backslash twice: '\\\\'.",
  },
  BAD_ALIAS: { summary: 'An anchor or alias has no usable name.', remedy: `Give it a name without a colon. ${QUOTE}` },
  ALIAS_PROPS: { summary: 'An alias has an anchor or a tag of its own.', remedy: 'Leave only the alias.' },
  MULTIPLE_ANCHORS: { summary: 'A value has two anchors.', remedy: 'Leave one of them.' },
  MULTIPLE_TAGS: { summary: 'A value has two tags.', remedy: 'Remove them: the file needs no tags.' },
  BAD_PROP_ORDER: { summary: 'An anchor or tag stands before the indicator that it belongs behind.', remedy: 'Move it behind the - or ?.' },
  TAG_RESOLVE_FAILED: { summary: 'A value has a tag (!...) that is not known here.', remedy: `Remove the tag. ${QUOTE}` },
  BAD_COLLECTION_TYPE: { summary: 'A tag does not fit the value behind it.', remedy: 'Remove the tag: the file needs none.' },
  MULTIPLE_DOCS: {
    summary: 'The file holds more than one document.',
    remedy: 'Remove the line --- and all behind it: one file describes one installation.',
  },
  BAD_DIRECTIVE: { summary: 'A line begins with % and is no directive that YAML knows.', remedy: 'Remove the line.' },
  NON_STRING_KEY: { summary: 'A key is not text.', remedy: 'Write the key as plain text.' },
  RESOURCE_EXHAUSTION: { summary: 'The file is nested too deeply.', remedy: 'Remove the needless levels.' },
}

const OTHER: Told = { summary: 'This is not valid YAML.', remedy: `Check indentation, quotes and brackets here and just above. ${QUOTE}` }

const UNCLOSED_QUOTE: Told = { summary: 'A quote that is opened here is never closed.', remedy: 'Close it at the end of the text.' }
const UNCLOSED_BRACKET: Told = {
  summary: 'A { or [ that is opened here is not closed in time.',
  remedy: 'Close it, before the next key begins.',
}

/** What to tell for one of yaml's errors, and at which character of the source; never a word of the source. */
export function tellSyntax(error: YAMLError, document: Document): Told & { readonly offset: number } {
  const [end] = error.pos
  // The parser notices at the end of the file what was forgotten far above it.
  if (/^Missing closing/.test(error.message)) return { ...UNCLOSED_QUOTE, offset: opened(document, end, 'quote') }
  if (/end with a [}\]]/.test(error.message)) return { ...UNCLOSED_BRACKET, offset: opened(document, end, 'bracket') }
  return { ...tellCode(error.code), offset: end }
}

/** What to tell for one of yaml's errors by its code alone. */
export function tellCode(code: ErrorCode): Told {
  return TOLD[code] ?? OTHER
}

/** Where the last quote or bracket was opened that still was open at `end`; `end` when none is found. */
function opened(document: Document, end: number, what: 'quote' | 'bracket'): number {
  let found = -1
  visit(document, {
    Node: (_, node) => {
      const [start, until] = node.range ?? [end, end]
      const is = what === 'quote' ? isScalar(node) && node.type?.startsWith('QUOTE_') : isCollection(node) && node.flow
      if (is && start < end && until >= end && start > found) found = start
    },
  })
  return found < 0 ? end : found
}
