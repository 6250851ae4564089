import { pointer } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { exampleAt, isOptionalAt, keyPaths } from '../schema/schemaWalk.ts'
import type { Tree } from '../yaml.ts'

export type Path = readonly string[]

/** Keys of secret references and of the chart's values: safe to show as well. */
const OTHER_KEYS: ReadonlySet<string> = new Set([
  ...['env', 'file', 'command'],
  ...['image', 'serverHostname', 'secretRef', 'vcsGateway', 'scheduler', 'podAnnotations', 'fullnameOverride', 'nameOverride'],
])

let cachedKeys: ReturnType<typeof keyPaths> | undefined

/** Every key of the schema, with the paths where it is allowed. */
export function knownKeys(): ReturnType<typeof keyPaths> {
  cachedKeys ??= keyPaths()
  return cachedKeys
}

/**
 * `objectStorage.buckets.run-logs`. A key that is not part of the schema is shown only when it looks like a variable or a
 * host: any other could be a secret pasted by mistake, and the position leads to it anyway.
 */
export function showPath(path: Path): string {
  return path.map((segment, i) => (i === 0 ? segment : showSegment(segment))).join('')
}

function showSegment(segment: string): string {
  if (/^\d+$/.test(segment)) return `[${segment}]`
  if (knownKeys().has(segment) || OTHER_KEYS.has(segment) || /^[A-Z][A-Z0-9_]{0,60}$/.test(segment)) return `.${segment}`
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$|^localhost(:\d+)?$/i.test(segment) ? `[${segment}]` : '.(...)'
}

/** The position of the key, or of the nearest existing map around it. */
export function keyPosition(tree: Tree, path: Path): Position {
  const at = tree.keys.get(pointer(...path)) ?? (path.length === 0 ? tree.values.get('') : undefined)
  return at ?? keyPosition(tree, path.slice(0, -1))
}

/** The position of the value, or of its key when there is none. */
export function valuePosition(tree: Tree, path: Path): Position {
  return tree.values.get(pointer(...path)) ?? keyPosition(tree, path)
}

/** The type of a value, never the value. */
function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'a map'
}

/** `version: v3.0.0`, from the schema's own examples; undefined where it has none. */
function showExample(path: Path): string | undefined {
  const example = exampleAt(path)
  return example === undefined ? undefined : `${path.at(-1)}: ${flow(example)}`
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}: ${flow(item)}`)
      .join(', ')}}`
  return String(value)
}

export function missingKey(tree: Tree, path: Path): Problem {
  const example = showExample(path)
  return {
    code: 'file/missing-key',
    summary: `${showPath(path)} is missing.`,
    at: keyPosition(tree, path),
    remedy: example === undefined ? 'Add it.' : `Add it, for example: ${example}`,
  }
}

export function wrongType(tree: Tree, path: Path, value: unknown, expected: string): Problem {
  const subject = path.length === 0 ? 'The file' : showPath(path)
  const at = valuePosition(tree, path)
  if (value === null) {
    const remedy = `${isOptionalAt(path) ? 'Remove the key, or give it a value' : 'Give it a value'}${forExample(path)}`
    return { code: 'file/wrong-type', summary: `${subject} has no value; expected: ${expected}.`, at, remedy }
  }
  const plain = typeof value === 'number' || typeof value === 'boolean'
  const quotes = expected === 'text' && plain ? ', in quotes' : ''
  const remedy =
    path.length === 0 ? 'Write keys and values, starting with: version: v3.0.0' : `Write ${expected}${quotes}${forExample(path)}`
  return { code: 'file/wrong-type', summary: `${subject} is ${typeName(value)}; expected: ${expected}.`, at, remedy }
}

function forExample(path: Path): string {
  const example = showExample(path)
  return example === undefined ? '.' : `, for example: ${example}`
}
