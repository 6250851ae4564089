import * as z from 'zod'

/** A schema with what the documentation says of it. */
export function told<S extends z.ZodType>(schema: S, description: string, example: unknown): S {
  return schema.meta({ description, ...(example !== undefined && { examples: [example] }) })
}

export const range = z
  .strictObject({
    filename: told(z.string(), 'The file, as it was named.', 'desired-state.yaml'),
    start: z.strictObject({ line: told(z.int().positive(), 'Line.', 12), column: told(z.int().positive(), 'Column.', 5) }),
  })
  .meta({ id: 'range', description: 'A place in a file; lines and columns count from 1.' })

/** What is wrong, where, and what to do about it. */
export const problemFields = {
  code: told(z.string(), 'Stable and greppable.', 'minio/refused-connection'),
  summary: told(z.string(), 'One sentence: what is wrong.', 'minio.example.com refuses the connection.'),
  detail: told(z.string().optional(), 'What is known besides; may have several lines.', undefined),
  remedy: told(z.string(), 'What to do.', 'Look whether MinIO runs.'),
  range: told(range.optional(), 'Where in the file.', { filename: 'desired-state.yaml', start: { line: 12, column: 5 } }),
}

export const problem = z.strictObject(problemFields).meta({ id: 'problem', description: 'What is wrong, where, and what to do.' })

/** An event of the stream: what all have in common, and its own fields. */
export function event<T extends string, F extends z.ZodRawShape>(type: T, description: string, fields: F) {
  return z
    .strictObject({
      '@level': told(z.enum(['info', 'warn', 'error']), 'How much it matters.', 'info'),
      '@message': told(z.string(), 'The event as a person reads it; its wording may change.', undefined),
      '@module': told(z.literal('groundcrew.ui'), 'Always groundcrew.ui.', 'groundcrew.ui'),
      '@timestamp': told(z.string().meta({ format: 'date-time' }), 'When, in UTC.', '2026-11-24T01:02:03.456Z'),
      type: told(z.literal(type), 'Which event it is.', type),
      ...fields,
    })
    .meta({ id: type, description })
}
