/** As much of JSON Schema (draft-07) as zod writes for us. */
export type Schema = {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: { readonly [key: string]: Schema }
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly definitions?: { readonly [name: string]: Schema }
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
}

/** The name of the definition a schema points at. */
export function referred(schema: Schema): string | undefined {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref
  return ref?.split('/').at(-1)
}

/** The schema itself, or the definition it points at with what it says besides. */
export function resolved(schema: Schema, root: Schema): Schema {
  const name = referred(schema)
  const { $ref: _, allOf: __, ...own } = schema
  return name === undefined ? schema : { ...root.definitions?.[name], ...own }
}

/** What a value may be, in a few words; `link` makes something of the name of a definition. */
export function typeText(schema: Schema, link: (name: string) => string): string {
  const name = referred(schema)
  const text = (inner: Schema) => typeText(inner, link)
  if (name !== undefined) return link(name)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(text).join(' or ')
  if (schema.type === 'array') return `list of ${text(schema.items ?? {})}`
  return schema.type === 'object' ? objectText(schema) : (schema.type ?? 'anything')
}

function objectText({ properties = {} }: Schema): string {
  return `{${Object.keys(properties).join(', ')}}`
}
