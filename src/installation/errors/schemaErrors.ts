import type * as z from 'zod'
import { didYouMean } from '../../values/didYouMean.ts'
import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { keysAt } from '../schema/schemaWalk.ts'
import type { Tree } from '../yaml.ts'
import { keyPosition, knownWords, missing, type Path, showPath, valuePosition, wrongSort } from './errorText.ts'
import { readWrong } from './schemaMessage.ts'

export type Issue = z.core.$ZodIssue

const SORTS: { readonly [zods: string]: string } = {
  string: 'text',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  array: 'a list',
}

/** Keys of features that the design has and this version does not. */
const NOT_BUILT: ReadonlySet<string> = new Set(['workers', 'cors', 'objectStorage.cors', 'release.onFailure', 'tls', 'pullSecret'])

/** What zod found, as a person needs to hear it. No value is quoted, and of unknown keys only what is near a known one. */
export function explain(issue: Issue, tree: Tree): readonly Problem[] {
  const path = issue.path.map(String)
  const value = dataAt(tree.data, path)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(tree, path, key))
  if (issue.code === 'invalid_key') return [refusedKey(issue, tree, path)]
  if (value === undefined) return [missing(tree, path)]
  if (issue.code === 'invalid_type') return [wrongSort(tree, path, value, SORTS[issue.expected] ?? 'something else')]
  if (issue.code === 'invalid_value') return [oneOf(issue.values.map(String), tree, path, value)]
  return [refusedValue(issue, tree, path)]
}

/** The value at a path of plain data; undefined when nothing stands there. */
export function dataAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((here, key) => {
    if (Array.isArray(here)) return here[Number(key)]
    return isMap(here) && Object.hasOwn(here, key) ? here[key] : undefined
  }, data)
}

function refusedValue(issue: Issue, tree: Tree, path: Path): Problem {
  const told = readWrong(issue.message) ?? { summary: 'is refused', remedy: 'Compare it with the example in desired-state.yaml.' }
  return { code: 'file/bad-value', summary: `${showPath(path)} ${told.summary}.`, at: valuePosition(tree, path), remedy: told.remedy }
}

function refusedKey(issue: Issue & { code: 'invalid_key' }, tree: Tree, path: Path): Problem {
  const told = readWrong(issue.issues[0]?.message ?? '') ?? { summary: 'is refused', remedy: 'Rename it.' }
  const summary = `A key of ${showPath(path.slice(0, -1))} ${told.summary}.`
  return { code: 'file/bad-value', summary, at: keyPosition(tree, path), remedy: told.remedy }
}

function oneOf(values: readonly string[], tree: Tree, path: Path, value: unknown): Problem {
  const at = valuePosition(tree, path)
  if (path.join('.') === 'state.backend' && value === 'kubernetes')
    return notBuilt('state.backend: kubernetes', at, 'Write "file", or leave the key out.')
  const remedy = `Write ${values.join(' or ')}.`
  return { code: 'file/bad-value', summary: `${showPath(path)} is not ${values.join(' or ')}.`, at, remedy }
}

function unknownKey(tree: Tree, path: Path, key: string): Problem {
  const at = keyPosition(tree, [...path, key])
  const here = path.length === 0 ? 'at the top level' : `in ${showPath(path)}`
  if (NOT_BUILT.has([...path, key].join('.'))) return notBuilt(key, at, 'Remove it for now.')
  const known = keysAt(path)
  const meant = meantKey(tree, path, key)
  if (meant !== undefined)
    return { code: 'file/unknown-key', summary: `${quoteKey(key)} is not known ${here}.`, at, remedy: `Did you mean "${meant}"?` }
  if (path.join('.') === 'objectStorage.buckets')
    return {
      code: 'file/unknown-key',
      summary: `This key is not known ${here}.`,
      at,
      remedy: `The guide's eleven are kept here: ${known.join(', ')}. Any other bucket belongs to objectStorage.extraBuckets.`,
    }
  const elsewhere = knownWords().get(key)
  if (elsewhere !== undefined) {
    const places = elsewhere.map((place) => (place.length === 0 ? 'the top level' : place.join('.').replace('.*', '.<host>')))
    return {
      code: 'file/unknown-key',
      summary: `"${key}" is not known ${here}.`,
      at,
      remedy: `It belongs to ${places.slice(0, 3).join(' or ')}.`,
    }
  }
  return { code: 'file/unknown-key', summary: `This key is not known ${here}.`, at, remedy: `Remove it. Known here: ${known.join(', ')}.` }
}

/** The key that a misspelt one was most likely meant to be: one of those that are not there yet. */
export function meantKey(tree: Tree, path: Path, key: string): string | undefined {
  const absent = keysAt(path).filter((known) => dataAt(tree.data, [...path, known]) === undefined)
  return didYouMean(key, absent)
}

/** What has digits or signs in it may be a password that begins like a key. */
function quoteKey(key: string): string {
  return /^[A-Za-z_-]+$/.test(key) ? `"${key}"` : 'This key'
}

function notBuilt(what: string, at: Problem['at'] & object, remedy: string): Problem {
  return { code: 'file/not-built', summary: `"${what}" belongs to a feature that is not built yet.`, at, remedy }
}
