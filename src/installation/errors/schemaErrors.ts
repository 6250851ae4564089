import type * as z from 'zod'
import { didYouMean } from '../../values/didYouMean.ts'
import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { keysAt } from '../schema/schemaWalk.ts'
import type { Tree } from '../yaml.ts'
import { keyPosition, knownKeys, missingKey, type Path, showPath, valuePosition, wrongType } from './errorText.ts'
import { parseSchemaMessage } from './schemaMessage.ts'

export type Issue = z.core.$ZodIssue

const TYPE_NAMES: { readonly [zods: string]: string } = {
  string: 'text',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
}

/** Keys of planned features that this version does not have. */
const NOT_BUILT: ReadonlySet<string> = new Set(['workers', 'cors', 'objectStorage.cors', 'release.onFailure', 'tls', 'pullSecret'])

/** The problems of one zod issue. Quotes no value, and an unknown key only when it is similar to a known one. */
export function schemaErrors(issue: Issue, tree: Tree): readonly Problem[] {
  const path = issue.path.map(String)
  const value = dataAt(tree.data, path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(tree, path, key))
  if (issue.code === 'invalid_key') return [badKey(issue, tree, path)]
  if (value === undefined) return [missingKey(tree, path)]
  if (issue.code === 'invalid_type') return [wrongType(tree, path, value, TYPE_NAMES[issue.expected] ?? 'something else')]
  if (issue.code === 'invalid_value') return [notInEnum(issue.values.map(String), tree, path, value)]
  return [badValue(issue, tree, path)]
}

/** The value at a path of plain data; undefined when there is none. */
export function dataAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, key) => {
    if (Array.isArray(current)) return current[Number(key)]
    return isMap(current) && Object.hasOwn(current, key) ? current[key] : undefined
  }, data)
}

function badValue(issue: Issue, tree: Tree, path: Path): Problem {
  const text = parseSchemaMessage(issue.message) ?? {
    summary: 'is not valid',
    remedy: 'Compare it with the example in desired-state.yaml.',
  }
  return { code: 'file/bad-value', summary: `${showPath(path)} ${text.summary}.`, at: valuePosition(tree, path), remedy: text.remedy }
}

function badKey(issue: Issue & { code: 'invalid_key' }, tree: Tree, path: Path): Problem {
  const text = parseSchemaMessage(issue.issues[0]?.message ?? '') ?? { summary: 'is not valid', remedy: 'Rename it.' }
  const summary = `A key of ${showPath(path.slice(0, -1))} ${text.summary}.`
  return { code: 'file/bad-value', summary, at: keyPosition(tree, path), remedy: text.remedy }
}

function notInEnum(values: readonly string[], tree: Tree, path: Path, value: unknown): Problem {
  const at = valuePosition(tree, path)
  if (path.join('.') === 'state.backend' && value === 'kubernetes')
    return notBuilt('state.backend: kubernetes', at, 'Write "file", or leave the key out.')
  const remedy = `Write ${values.join(' or ')}.`
  return { code: 'file/bad-value', summary: `${showPath(path)} is not ${values.join(' or ')}.`, at, remedy }
}

function unknownKey(tree: Tree, path: Path, key: string): Problem {
  const at = keyPosition(tree, [...path, key])
  const place = path.length === 0 ? 'at the top level' : `in ${showPath(path)}`
  if (NOT_BUILT.has([...path, key].join('.'))) return notBuilt(key, at, 'Remove it for now.')
  const known = keysAt(path)
  const suggestion = suggestedKey(tree, path, key)
  if (suggestion !== undefined)
    return { code: 'file/unknown-key', summary: `${quoteKey(key)} is unknown ${place}.`, at, remedy: `Did you mean "${suggestion}"?` }
  if (path.join('.') === 'objectStorage.buckets')
    return {
      code: 'file/unknown-key',
      summary: `This key is unknown ${place}.`,
      at,
      remedy: `Only the guide's eleven buckets belong here: ${known.join(', ')}. Declare any other bucket in objectStorage.extraBuckets.`,
    }
  const elsewhere = knownKeys().get(key)
  if (elsewhere !== undefined) {
    const places = elsewhere.map((place) => (place.length === 0 ? 'the top level' : place.join('.').replace('.*', '.<host>')))
    return {
      code: 'file/unknown-key',
      summary: `"${key}" is unknown ${place}.`,
      at,
      remedy: `It belongs to ${places.slice(0, 3).join(' or ')}.`,
    }
  }
  return { code: 'file/unknown-key', summary: `This key is unknown ${place}.`, at, remedy: `Remove it. Known keys: ${known.join(', ')}.` }
}

/** The key that a misspelt one most likely stands for: one of those that are still missing. */
export function suggestedKey(tree: Tree, path: Path, key: string): string | undefined {
  const absent = keysAt(path).filter((known) => dataAt(tree.data, [...path, known]) === undefined)
  return didYouMean(key, absent)
}

/** A key with digits or special characters may be a password that starts like a key. */
function quoteKey(key: string): string {
  return /^[A-Za-z_-]+$/.test(key) ? `"${key}"` : 'This key'
}

function notBuilt(feature: string, at: Problem['at'] & object, remedy: string): Problem {
  return { code: 'file/not-built', summary: `"${feature}" belongs to a feature that is not built yet.`, at, remedy }
}
