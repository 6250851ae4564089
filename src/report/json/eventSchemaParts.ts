import * as z from 'zod'

/** A schema with what the documentation says of it. */
export function described<S extends z.ZodType>(schema: S, description: string, example: unknown): S {
  return schema.meta({ description, ...(example !== undefined && { examples: [example] }) })
}

export const range = z
  .strictObject({
    filename: described(z.string(), 'The file, as it was named.', 'desired-state.yaml'),
    start: z.strictObject({ line: described(z.int().positive(), 'Line.', 12), column: described(z.int().positive(), 'Column.', 5) }),
  })
  .meta({ id: 'range', description: 'A place in a file; lines and columns count from 1.' })

/** What is wrong, where, and what to do about it. */
export const problemFields = {
  code: described(z.string(), 'Stable and greppable.', 'minio/refused-connection'),
  summary: described(z.string(), 'One sentence: what is wrong.', 'minio.example.com refuses the connection.'),
  detail: described(z.string().optional(), 'What is known besides; may have several lines.', undefined),
  remedy: described(z.string(), 'What to do.', 'Look whether MinIO runs.'),
  range: described(range.optional(), 'Where in the file.', { filename: 'desired-state.yaml', start: { line: 12, column: 5 } }),
}

export const problem = z.strictObject(problemFields).meta({ id: 'problem', description: 'What is wrong, where, and what to do.' })

/** An event of the stream: what all have in common, and its own fields. */
export function event<T extends string, F extends z.ZodRawShape>(type: T, description: string, fields: F) {
  return z
    .strictObject({
      '@level': described(z.enum(['info', 'warn', 'error']), 'How much it matters.', 'info'),
      '@message': described(z.string(), 'The event as a person reads it; its wording may change.', undefined),
      '@module': described(z.literal('groundcrew.ui'), 'Always groundcrew.ui.', 'groundcrew.ui'),
      '@timestamp': described(z.string().meta({ format: 'date-time' }), 'When, in UTC.', '2026-11-24T01:02:03.456Z'),
      type: described(z.literal(type), 'Which event it is.', type),
      ...fields,
    })
    .meta({ id: type, description })
}
