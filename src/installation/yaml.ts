import { type ErrorCode, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { type Json, type JsonPointer, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { errorTextOf, yamlErrorText } from './errors/yamlErrors.ts'

/** A YAML file as plain data, with the position of every key (or list element) and of every value. */
export type Tree = {
  readonly data: Json
  readonly keys: ReadonlyMap<JsonPointer, Position>
  readonly values: ReadonlyMap<JsonPointer, Position>
}

const MAX_CHARACTERS = 1024 * 1024
const MAX_NODES = 20_000
const MAX_DEPTH = 60
/** One syntax error often causes many more. */
const MAX_SYNTAX_ERRORS = 20
const BOM = '\ufeff'

/**
 * Reads one YAML 1.2 document. `tree` is undefined when a syntax error hides the structure of the text; other problems
 * (a duplicate key, an unknown tag) do not affect it. Never throws and never quotes the text.
 */
export function readYaml(text: string, file: string): { readonly tree: Tree | undefined; readonly problems: readonly Problem[] } {
  const source = text.startsWith(BOM) ? text.slice(1) : text
  const unusable = refuse(source, { file, line: 1, col: 1 })
  if (unusable !== undefined) return { tree: undefined, problems: [unusable] }
  try {
    return compose(source, file)
  } catch {
    // The parser recurses: tens of thousands of nested brackets overflow its stack.
    return { tree: undefined, problems: [syntax('RESOURCE_EXHAUSTION', { file, line: 1, col: 1 })] }
  }
}

function refuse(source: string, at: Position): Problem | undefined {
  if (source.includes('\0')) return { code: 'file/encoding', summary: 'The file is not UTF-8 text.', at, remedy: 'Save it as UTF-8.' }
  const invalid = source.indexOf('\ufffd')
  if (invalid >= 0) {
    const before = source.slice(0, invalid).split('\n')
    const position = { ...at, line: before.length, col: (before.at(-1)?.length ?? 0) + 1 }
    return { code: 'file/encoding', summary: 'This character is not UTF-8.', at: position, remedy: 'Save the file as UTF-8.' }
  }
  if (source.length > MAX_CHARACTERS)
    return {
      code: 'file/too-large',
      summary: 'The file is larger than 1 MiB.',
      at,
      remedy: 'Refer to files by path instead of pasting their content.',
    }
  return undefined
}

function compose(source: string, file: string): { readonly tree: Tree | undefined; readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    // 'silent' would also suppress the error about a second document.
    logLevel: 'error',
    stringKeys: true,
    uniqueKeys: false,
  })
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, source.length))
    return { file, line: Math.max(line, 1), col: Math.max(col, 1) }
  }
  // A closing bracket with too little indentation is valid YAML.
  const warnings = document.warnings.filter((warning) => warning.code !== 'BAD_INDENT')
  const problems = [...document.errors, ...warnings].slice(0, MAX_SYNTAX_ERRORS).map((error) => {
    const { offset, ...text } = yamlErrorText(error, document)
    return { code: 'file/syntax', ...text, at: place(offset) }
  })
  // One mistake often causes several errors on its line: the first one is the most precise.
  const firsts = problems.filter((problem, i) => !problems.slice(0, i).some((earlier) => earlier.at.line === problem.at.line))
  if (document.errors.length > 0) return { tree: undefined, problems: firsts }
  if (isEmpty(document.contents)) return { tree: undefined, problems: [...problems, empty(place(0))] }
  const reader = new Reader(place)
  const data = reader.read(document.contents as Node | null, '', 0)
  const tree = reader.isWhole ? { data, keys: reader.keys, values: reader.values } : undefined
  return { tree, problems: [...problems, ...reader.problems] }
}

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

function empty(at: Position): Problem {
  return problem('file/empty', 'The file is empty.', at, "Start from groundcrew's example: desired-state.yaml.")
}

function syntax(code: ErrorCode, at: Position): Problem {
  return { code: 'file/syntax', ...errorTextOf(code), at }
}

/** Walks the nodes of one document in order, because an alias refers to the last anchor set before it. */
class Reader {
  readonly keys = new Map<JsonPointer, Position>()
  readonly values = new Map<JsonPointer, Position>()
  readonly problems: Problem[] = []
  /** False when the data is incomplete: checking it would report the same problem again. */
  isWhole = true
  readonly #anchors = new Map<string, Node>()
  readonly #place: (offset: number) => Position
  #nodes = 0

  constructor(place: (offset: number) => Position) {
    this.#place = place
  }

  read(node: Node | null, at: JsonPointer, depth: number): Json {
    const offset = node?.range?.[0]
    if (offset !== undefined && !this.values.has(at)) this.values.set(at, this.#place(offset))
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH) return this.#tooMuch(offset)
    if (isAlias(node)) return this.#alias(node, at, depth)
    if (isScalar(node)) return this.#scalar(node)
    if (node?.anchor) this.#anchors.set(node.anchor, node)
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], at, depth)
    if (isSeq(node)) return node.items.map((item, i) => this.#element(item as Node, `${at}/${i}`, depth))
    return null
  }

  #element(item: Node, at: JsonPointer, depth: number): Json {
    if (item.range) this.keys.set(at, this.#place(item.range[0]))
    return this.read(item, at, depth + 1)
  }

  #map(pairs: readonly Pair<Node, Node | null>[], at: JsonPointer, depth: number): Json {
    const map: { [key: string]: Json } = {}
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : undefined
      const position = this.#place(key?.range?.[0] ?? 0)
      const refused = this.#refusedKey(name, map, position, at)
      if (refused !== undefined) this.problems.push(refused)
      if (name === undefined || refused !== undefined) continue
      const below = at + pointer(name)
      this.keys.set(below, position)
      map[name] = this.read(value, below, depth + 1)
    }
    return map
  }

  #refusedKey(name: string | undefined, map: object, position: Position, at: JsonPointer): Problem | undefined {
    if (name === undefined) return syntax('NON_STRING_KEY', position)
    if (name === '<<')
      return problem(
        'file/syntax',
        'YAML merge keys (<<) are not supported.',
        position,
        'Write the keys out; anchors and aliases of whole values work.',
      )
    if (name === '__proto__') return problem('file/unknown-key', 'A key cannot have this name.', position, 'Remove it.')
    if (!Object.hasOwn(map, name)) return undefined
    const first = this.keys.get(at + pointer(name))
    return problem(
      'file/duplicate-key',
      'This key occurs twice in its map.',
      position,
      `Keep one of the two: the first is on line ${first?.line}.`,
    )
  }

  #scalar(node: Node & { value?: unknown; source?: string }): Json {
    if (node.anchor) this.#anchors.set(node.anchor, node)
    const { value } = node
    if (typeof value === 'number' && !Number.isFinite(value)) return String(node.source)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }

  #alias(node: Node & { source: string }, at: JsonPointer, depth: number): Json {
    const anchored = this.#anchors.get(node.source)
    if (anchored !== undefined) return this.read(anchored, at, depth + 1)
    this.isWhole = false
    const position = this.#place(node.range?.[0] ?? 0)
    const remedy = 'Set the anchor (&name) above it, or quote the text if the * is part of it.'
    this.problems.push(problem('file/syntax', 'An alias (*name) refers to an anchor that is not set above it.', position, remedy))
    return null
  }

  #tooMuch(offset = 0): Json {
    this.isWhole = false
    if (this.problems.some((problem) => problem.code === 'file/too-large')) return null
    const remedy = 'Remove aliases that contain aliases, and unnecessary levels.'
    this.problems.push(problem('file/too-large', 'The file is too large once its aliases are expanded.', this.#place(offset), remedy))
    return null
  }
}

function problem(code: string, summary: string, at: Position, remedy: string): Problem {
  return { code, summary, at, remedy }
}
