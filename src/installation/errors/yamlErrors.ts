import { type Document, type ErrorCode, isCollection, isScalar, visit, type YAMLError } from 'yaml'

type ErrorText = { readonly summary: string; readonly remedy: string }

const QUOTE = 'Quote texts that contain any of : # { } [ ] , & * ! | > % @ ` or start with a quote.'
const INDENT = 'Indent the keys of one map equally, with spaces.'

/**
 * yaml's own messages may quote the source, which may be a password, so each of its errors has a text here.
 * Any other error gets {@link OTHER}.
 */
const ERROR_TEXTS: { readonly [code in ErrorCode]?: ErrorText } = {
  TAB_AS_INDENT: { summary: 'A tab is used for indentation.', remedy: 'YAML allows only spaces there: replace each tab with two spaces.' },
  BAD_INDENT: { summary: 'The indentation matches no line above it.', remedy: INDENT },
  MISSING_CHAR: {
    summary: 'A colon, a comma, or a space after a colon is missing here.',
    remedy: 'Write "key: value" with a space after the colon, and commas between the items in { } and [ ].',
  },
  UNEXPECTED_TOKEN: { summary: 'This is not allowed here.', remedy: `Check for an extra or a missing quote or bracket. ${QUOTE}` },
  BLOCK_AS_IMPLICIT_KEY: {
    summary: 'A second "key: value" is on this line.',
    remedy: `Write it on a line of its own, or quote the value if the colon is part of it. ${INDENT}`,
  },
  MULTILINE_IMPLICIT_KEY: {
    summary: 'This line is not a "key: value".',
    remedy: 'Write a colon and a space after the key; close the quote if one is opened here.',
  },
  KEY_OVER_1024_CHARS: { summary: 'A key is longer than 1024 characters.', remedy: 'Check for an unclosed quote above it.' },
  BLOCK_IN_FLOW: {
    summary: 'An indented block is inside { } or [ ].',
    remedy: 'Separate everything inside the brackets with commas, or write the whole map as an indented block.',
  },
  BAD_SCALAR_START: { summary: 'A value starts with a character that is reserved in YAML.', remedy: 'Quote the value.' },
  BAD_DQ_ESCAPE: {
    summary: 'A text in double quotes contains an unknown escape sequence.',
    remedy: "Use single quotes, or write the backslash twice: '\\\\'.",
  },
  BAD_ALIAS: { summary: 'An anchor or alias has no usable name.', remedy: `Give it a name without a colon. ${QUOTE}` },
  ALIAS_PROPS: { summary: 'An alias has an anchor or a tag of its own.', remedy: 'Leave only the alias.' },
  MULTIPLE_ANCHORS: { summary: 'A value has two anchors.', remedy: 'Leave one of them.' },
  MULTIPLE_TAGS: { summary: 'A value has two tags.', remedy: 'Remove them: the file needs no tags.' },
  BAD_PROP_ORDER: { summary: 'An anchor or tag is before its indicator.', remedy: 'Move it after the - or ?.' },
  TAG_RESOLVE_FAILED: { summary: 'A value has an unknown tag (!...).', remedy: `Remove the tag. ${QUOTE}` },
  BAD_COLLECTION_TYPE: { summary: 'A tag does not match its value.', remedy: 'Remove the tag: the file needs none.' },
  MULTIPLE_DOCS: {
    summary: 'The file holds more than one document.',
    remedy: 'Remove the line --- and everything after it: one file describes one installation.',
  },
  BAD_DIRECTIVE: { summary: 'A line starts with % but is not a YAML directive.', remedy: 'Remove the line.' },
  NON_STRING_KEY: { summary: 'A key is not text.', remedy: 'Write the key as plain text.' },
  RESOURCE_EXHAUSTION: { summary: 'The file is nested too deeply.', remedy: 'Remove unnecessary levels.' },
}

const OTHER: ErrorText = {
  summary: 'This is not valid YAML.',
  remedy: `Check indentation, quotes and brackets here and just above. ${QUOTE}`,
}

const UNCLOSED_QUOTE: ErrorText = { summary: 'A quote that is opened here is never closed.', remedy: 'Close it at the end of the text.' }
const UNCLOSED_BRACKET: ErrorText = {
  summary: 'A { or [ that is opened here is not closed.',
  remedy: 'Close it before the next key.',
}

/** The text for one of yaml's errors and its offset in the source; never quotes the source. */
export function yamlErrorText(error: YAMLError, document: Document): ErrorText & { readonly offset: number } {
  const [end] = error.pos
  // The parser reports an unclosed quote or bracket at the end of the file, far below it.
  if (/^Missing closing/.test(error.message)) return { ...UNCLOSED_QUOTE, offset: openedAt(document, end, 'quote') }
  if (/end with a [}\]]/.test(error.message)) return { ...UNCLOSED_BRACKET, offset: openedAt(document, end, 'bracket') }
  return { ...errorTextOf(error.code), offset: end }
}

/** The text for one of yaml's error codes. */
export function errorTextOf(code: ErrorCode): ErrorText {
  return ERROR_TEXTS[code] ?? OTHER
}

/** Where the last quote or bracket that is still open at `end` was opened; `end` when there is none. */
function openedAt(document: Document, end: number, kind: 'quote' | 'bracket'): number {
  let offset = -1
  visit(document, {
    Node: (_, node) => {
      const [start, until] = node.range ?? [end, end]
      const matches = kind === 'quote' ? isScalar(node) && node.type?.startsWith('QUOTE_') : isCollection(node) && node.flow
      if (matches && start < end && until >= end && start > offset) offset = start
    },
  })
  return offset < 0 ? end : offset
}
