import * as z from 'zod'
import { isMap } from '../../values/json.ts'
import { desiredState } from './schema.ts'
import { plainOrSecret, secret } from './schemaParts.ts'

/** A place of the file where a secret belongs: `plain` when text may stand there too. */
export type SecretPlace = { readonly path: readonly string[]; readonly value: unknown; readonly plain: boolean; readonly required: boolean }

/** The schema of one place, or undefined where the schema knows none. */
export function schemaAt(path: readonly string[]): z.ZodType | undefined {
  const here = rawAt(path)
  return here && unwrap(here)
}

/** The keys a map at this place may have. */
export function keysAt(path: readonly string[]): readonly string[] {
  const schema = schemaAt(path)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** True where the key may be left out. */
export function isOptionalAt(path: readonly string[]): boolean {
  return rawAt(path) instanceof z.ZodOptional
}

/** How a place's value may look, from the schema's own examples. */
export function exampleAt(path: readonly string[]): unknown {
  const here = rawAt(path)
  return here && ((here.meta() ?? unwrap(here).meta())?.examples as unknown[] | undefined)?.[0]
}

/** Every secret of the file, and those that are required where the map around them is there. */
export function secretPlaces(data: unknown, schema: z.ZodType = desiredState, path: readonly string[] = []): SecretPlace[] {
  const inner = unwrap(schema)
  const plain = isLike(inner, plainOrSecret)
  if (plain || isLike(inner, secret)) return [{ path, value: data, plain, required: !(schema instanceof z.ZodOptional) }]
  if (!isMap(data)) return []
  const children = inner instanceof z.ZodObject ? Object.keys(inner.shape) : inner instanceof z.ZodRecord ? Object.keys(data) : []
  return children.flatMap((key) => {
    const child = below(inner, key)
    const value = Object.hasOwn(data, key) ? data[key] : undefined
    return child === undefined || (value === undefined && child instanceof z.ZodOptional) ? [] : secretPlaces(value, child, [...path, key])
  })
}

/** Every key that the schema fixes, with the places it may stand at. */
export function vocabulary(schema: z.ZodType = desiredState, path: readonly string[] = []): Map<string, (readonly string[])[]> {
  const words = new Map<string, (readonly string[])[]>()
  const inner = unwrap(schema)
  const named = inner instanceof z.ZodObject ? Object.entries(inner.shape as Record<string, z.ZodType>) : []
  const any = inner instanceof z.ZodObject ? undefined : below(inner, '*')
  const free: [string, z.ZodType][] = any === undefined ? [] : [['*', any]]
  for (const [key] of named) words.set(key, [...(words.get(key) ?? []), path])
  for (const [key, child] of [...named, ...free])
    for (const [word, places] of vocabulary(child, [...path, key])) words.set(word, [...(words.get(word) ?? []), ...places])
  return words
}

function rawAt(path: readonly string[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((here, segment) => here && below(here, segment), desiredState)
}

function below(schema: z.ZodType, segment: string): z.ZodType | undefined {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) return (inner.shape as Record<string, z.ZodType>)[segment]
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType
  return inner instanceof z.ZodRecord ? (inner.valueType as z.ZodType) : undefined
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema
}

/** A schema keeps its definition when it is described anew. */
function isLike(schema: z.ZodType, other: z.ZodType): boolean {
  return schema.def === other.def
}
