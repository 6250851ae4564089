/** What is wrong with a value and what to do about it. zod carries one text for a refused value, so both travel in one. */
export type SchemaMessage = string & { readonly wrong: true }

/** `summary` goes on after the name of the key: `has a tag`. Neither may quote the value. */
export function schemaMessage(summary: string, remedy: string): SchemaMessage {
  return `${summary}\n${remedy}` as SchemaMessage
}

/** The two halves of a {@link SchemaMessage}; undefined for a text that zod made itself. */
export function readWrong(message: string): { readonly summary: string; readonly remedy: string } | undefined {
  const [summary, remedy] = message.split('\n')
  return summary && remedy ? { summary, remedy } : undefined
}
