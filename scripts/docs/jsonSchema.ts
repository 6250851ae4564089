/** The part of JSON Schema (draft-07) that zod generates here. */
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

/** The name of the definition that a schema refers to. */
export function definitionName(schema: Schema): string | undefined {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref
  return ref?.split('/').at(-1)
}

/** The schema itself, or the definition it refers to with the schema's own keys. */
export function resolveDefinition(schema: Schema, root: Schema): Schema {
  const name = definitionName(schema)
  const { $ref: _, allOf: __, ...own } = schema
  return name === undefined ? schema : { ...root.definitions?.[name], ...own }
}

/** The type of a value in a few words; `link` formats the name of a definition. */
export function typeText(schema: Schema, link: (name: string) => string): string {
  const name = definitionName(schema)
  const text = (inner: Schema) => typeText(inner, link)
  if (name !== undefined) return link(name)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((choice) => JSON.stringify(choice)).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map(text).join(' or ')
  if (schema.type === 'array') return `list of ${text(schema.items ?? {})}`
  return schema.type === 'object' ? objectText(schema) : (schema.type ?? 'anything')
}

function objectText({ properties = {} }: Schema): string {
  return `{${Object.keys(properties).join(', ')}}`
}
