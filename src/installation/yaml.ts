import { type ErrorCode, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { type Json, type JsonPointer, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { tellCode, tellSyntax } from './errors/yamlErrors.ts'

/** A YAML file as plain data, with the place of every key (or list element) and of every value. */
export type Tree = {
  readonly data: Json
  readonly keys: ReadonlyMap<JsonPointer, Position>
  readonly values: ReadonlyMap<JsonPointer, Position>
}

const MAX_CHARACTERS = 1024 * 1024
const MAX_NODES = 20_000
const MAX_DEPTH = 60
/** A broken file makes the parser stumble on and on; nobody reads more than this. */
const MAX_SYNTAX_ERRORS = 20
const BOM = '\ufeff'

/**
 * Reads one YAML 1.2 document. `tree` is undefined when the text is broken so that its structure is not known; problems
 * found besides (a key twice, an odd tag) leave it there. Never throws and never quotes the text.
 */
export function readYaml(text: string, file: string): { readonly tree: Tree | undefined; readonly problems: readonly Problem[] } {
  const source = text.startsWith(BOM) ? text.slice(1) : text
  const unusable = refuse(source, { file, line: 1, col: 1 })
  if (unusable !== undefined) return { tree: undefined, problems: [unusable] }
  try {
    return compose(source, file)
  } catch {
    // The parser recurses: brackets nested by the ten thousands end its stack.
    return { tree: undefined, problems: [syntax('RESOURCE_EXHAUSTION', { file, line: 1, col: 1 })] }
  }
}

function refuse(source: string, at: Position): Problem | undefined {
  if (source.includes('\0')) return { code: 'file/encoding', summary: 'The file is not UTF-8 text.', at, remedy: 'Save it as UTF-8.' }
  const odd = source.indexOf('\ufffd')
  if (odd >= 0) {
    const before = source.slice(0, odd).split('\n')
    const where = { ...at, line: before.length, col: (before.at(-1)?.length ?? 0) + 1 }
    return { code: 'file/encoding', summary: 'This character is not UTF-8.', at: where, remedy: 'Save the file as UTF-8.' }
  }
  if (source.length > MAX_CHARACTERS)
    return {
      code: 'file/too-large',
      summary: 'The file is larger than 1 MiB.',
      at,
      remedy: 'Name files by their path instead of pasting them.',
    }
  return undefined
}

function compose(source: string, file: string): { readonly tree: Tree | undefined; readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false,
    // Not silent: that would also keep quiet about a second document.
    logLevel: 'error',
    stringKeys: true,
    uniqueKeys: false,
  })
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, source.length))
    return { file, line: Math.max(line, 1), col: Math.max(col, 1) }
  }
  // A closing bracket that hangs too far left is the one warning that cannot mean anything else.
  const warnings = document.warnings.filter((one) => one.code !== 'BAD_INDENT')
  const problems = [...document.errors, ...warnings].slice(0, MAX_SYNTAX_ERRORS).map((one) => {
    const { offset, ...told } = tellSyntax(one, document)
    return { code: 'file/syntax', ...told, at: place(offset) }
  })
  // One fault makes the parser stumble several times on its line: the first time says it best.
  const firsts = problems.filter((one, i) => !problems.slice(0, i).some((other) => other.at.line === one.at.line))
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
  return problem('file/empty', 'The file is empty.', at, 'Begin with the example that comes with groundcrew: desired-state.yaml.')
}

function syntax(code: ErrorCode, at: Position): Problem {
  return { code: 'file/syntax', ...tellCode(code), at }
}

/** Walks the nodes of one document in their order, which is the order in which anchors come to hold. */
class Reader {
  readonly keys = new Map<JsonPointer, Position>()
  readonly values = new Map<JsonPointer, Position>()
  readonly problems: Problem[] = []
  /** False when something is missing that would only be told a second time further on. */
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
      const where = this.#place(key?.range?.[0] ?? 0)
      const refused = this.#refusedKey(name, map, where, at)
      if (refused !== undefined) this.problems.push(refused)
      if (name === undefined || refused !== undefined) continue
      const below = at + pointer(name)
      this.keys.set(below, where)
      map[name] = this.read(value, below, depth + 1)
    }
    return map
  }

  #refusedKey(name: string | undefined, map: object, where: Position, at: JsonPointer): Problem | undefined {
    if (name === undefined) return syntax('NON_STRING_KEY', where)
    if (name === '<<')
      return problem(
        'file/syntax',
        'YAML merge keys (<<) are not read.',
        where,
        'Write the keys out; anchors and aliases of whole values work.',
      )
    if (name === '__proto__') return problem('file/unknown-key', 'A key cannot be called so.', where, 'Remove it.')
    if (!Object.hasOwn(map, name)) return undefined
    const first = this.keys.get(at + pointer(name))
    return problem(
      'file/duplicate-key',
      'A key stands here for the second time in one map.',
      where,
      `Keep one of the two: the first is in line ${first?.line}.`,
    )
  }

  #scalar(node: Node & { value?: unknown; source?: string }): Json {
    if (node.anchor) this.#anchors.set(node.anchor, node)
    const { value } = node
    if (typeof value === 'number' && !Number.isFinite(value)) return String(node.source)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }

  #alias(node: Node & { source: string }, at: JsonPointer, depth: number): Json {
    const meant = this.#anchors.get(node.source)
    if (meant !== undefined) return this.read(meant, at, depth + 1)
    this.isWhole = false
    const where = this.#place(node.range?.[0] ?? 0)
    const remedy = 'Set the anchor (&name) above it, or put the text into quotes if the * belongs to it.'
    this.problems.push(problem('file/syntax', 'An alias (*name) refers to an anchor that is not set above it.', where, remedy))
    return null
  }

  #tooMuch(offset = 0): Json {
    this.isWhole = false
    if (this.problems.some((one) => one.code === 'file/too-large')) return null
    const remedy = 'Remove aliases that contain aliases, and needless levels.'
    this.problems.push(
      problem('file/too-large', 'The file grows beyond all bounds when its aliases are filled in.', this.#place(offset), remedy),
    )
    return null
  }
}

function problem(code: string, summary: string, at: Position, remedy: string): Problem {
  return { code, summary, at, remedy }
}
