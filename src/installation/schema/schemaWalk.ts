import * as z from 'zod'
import { isMap } from '../../values/json.ts'
import { desiredState } from './schema.ts'
import { plainOrSecret, secret } from './schemaParts.ts'

/** A key of the file that takes a secret; `plain` when it accepts text as well. */
export type SecretKey = { readonly path: readonly string[]; readonly value: unknown; readonly plain: boolean; readonly required: boolean }

/** The schema at a path, or undefined where there is none. */
function schemaAt(path: readonly string[]): z.ZodType | undefined {
  const current = rawAt(path)
  return current && unwrap(current)
}

/** The keys that are allowed in the map at this path. */
export function keysAt(path: readonly string[]): readonly string[] {
  const schema = schemaAt(path)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** True when the key is optional. */
export function isOptionalAt(path: readonly string[]): boolean {
  return rawAt(path) instanceof z.ZodOptional
}

/** The schema's own example of the value at a path. */
export function exampleAt(path: readonly string[]): unknown {
  const current = rawAt(path)
  return current && ((current.meta() ?? unwrap(current).meta())?.examples as unknown[] | undefined)?.[0]
}

/** Every secret of the file, and those that are required because the map around them exists. */
export function secretKeysOf(data: unknown, schema: z.ZodType = desiredState, path: readonly string[] = []): SecretKey[] {
  const inner = unwrap(schema)
  const plain = isSameSchema(inner, plainOrSecret)
  if (plain || isSameSchema(inner, secret)) return [{ path, value: data, plain, required: !(schema instanceof z.ZodOptional) }]
  if (!isMap(data)) return []
  const children = inner instanceof z.ZodObject ? Object.keys(inner.shape) : inner instanceof z.ZodRecord ? Object.keys(data) : []
  return children.flatMap((key) => {
    const child = childAt(inner, key)
    const value = Object.hasOwn(data, key) ? data[key] : undefined
    return child === undefined || (value === undefined && child instanceof z.ZodOptional) ? [] : secretKeysOf(value, child, [...path, key])
  })
}

/** Every key of the schema, with the paths where it is allowed. */
export function keyPaths(schema: z.ZodType = desiredState, path: readonly string[] = []): Map<string, (readonly string[])[]> {
  const words = new Map<string, (readonly string[])[]>()
  const inner = unwrap(schema)
  const named = inner instanceof z.ZodObject ? Object.entries(inner.shape as Record<string, z.ZodType>) : []
  const any = inner instanceof z.ZodObject ? undefined : childAt(inner, '*')
  const free: [string, z.ZodType][] = any === undefined ? [] : [['*', any]]
  for (const [key] of named) words.set(key, [...(words.get(key) ?? []), path])
  for (const [key, child] of [...named, ...free])
    for (const [word, places] of keyPaths(child, [...path, key])) words.set(word, [...(words.get(word) ?? []), ...places])
  return words
}

function rawAt(path: readonly string[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((current, segment) => current && childAt(current, segment), desiredState)
}

function childAt(schema: z.ZodType, segment: string): z.ZodType | undefined {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) return (inner.shape as Record<string, z.ZodType>)[segment]
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType
  return inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : undefined
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema
}

/** True for a schema that differs only in its description: meta() keeps the definition. */
function isSameSchema(schema: z.ZodType, other: z.ZodType): boolean {
  return schema.def === other.def
}
