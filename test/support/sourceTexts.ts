/** The texts of a TypeScript source: what its string and template literals contain (without `${...}`), and its comments. */
export type SourceTexts = { readonly literals: readonly string[]; readonly comments: readonly string[] }

/** Reads a source with a small tokenizer: enough for well-formatted code, without loading a compiler. */
export function sourceTexts(source: string): SourceTexts {
  const literals: string[] = []
  const comments: string[] = []
  readCode(0)
  return { literals, comments }

  /** Reads code up to the `}` that closes a template's expression, or to the end; returns the position after it. */
  function readCode(start: number): number {
    let depth = 0
    let previous = ''
    for (let i = start; i < source.length; ) {
      const token = tokenAt(source, i, previous)
      if (token.is === 'template') i = readTemplate(i + 1)
      else {
        if (token.is === 'string') literals.push(token.text.slice(1, -1))
        if (token.is === 'comment') comments.push(token.text)
        if (token.text === '{') depth++
        if (token.text === '}' && depth-- === 0) return i + 1
        i += token.text.length
      }
      if (token.is !== 'comment' && token.text.trim() !== '') previous = token.text
    }
    return source.length
  }

  /** Reads a template literal from after its backtick; returns the position after the closing one. */
  function readTemplate(start: number): number {
    let text = ''
    for (let i = start; i < source.length; ) {
      if (source[i] === '`') {
        literals.push(text)
        return i + 1
      }
      if (source.startsWith('${', i)) {
        text += ' … '
        i = readCode(i + 2)
      } else {
        const length = source[i] === '\\' ? 2 : 1
        text += source.slice(i, i + length)
        i += length
      }
    }
    throw new Error('a template literal is not closed')
  }
}

type Token = { readonly is: 'string' | 'template' | 'comment' | 'other'; readonly text: string }

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const OTHER = /[\w$]+|\s+|[\s\S]/y
/** After one of these a slash starts a regular expression; after anything else it divides. */
const BEFORE_REGEX = /^(?:[(,=:[!&|?{};+*%~^<>-]|return|typeof|case|of|in|)$/

function tokenAt(source: string, at: number, previous: string): Token {
  if (source[at] === '`') return { is: 'template', text: '`' }
  const comment = match(COMMENT, source, at)
  if (comment !== undefined) return { is: 'comment', text: comment }
  const string = match(STRING, source, at)
  if (string !== undefined) return { is: 'string', text: string }
  const regex = BEFORE_REGEX.test(previous) ? match(REGEX, source, at) : undefined
  return { is: 'other', text: regex ?? match(OTHER, source, at) ?? '' }
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}
