/** What is wrong with a value and how to fix it, in one text: zod has only one message per issue. */
export type SchemaMessage = string & { readonly wrong: true }

/** `summary` is a predicate whose subject is the key: `has a tag`. Neither text may quote the value. */
export function schemaMessage(summary: string, remedy: string): SchemaMessage {
  return `${summary}\n${remedy}` as SchemaMessage
}

/** The two parts of a {@link SchemaMessage}; undefined for zod's own messages. */
export function parseSchemaMessage(message: string): { readonly summary: string; readonly remedy: string } | undefined {
  const [summary, remedy] = message.split('\n')
  return summary && remedy ? { summary, remedy } : undefined
}
