import * as z from 'zod'

/** A schema with its documentation. */
export function described<S extends z.ZodType>(schema: S, description: string, example: unknown): S {
  return schema.meta({ description, ...(example !== undefined && { examples: [example] }) })
}

export const address = described(z.string(), 'The resource.', 'bucket/spacelift-states')
export const count = z.int().nonnegative()

export const action = z.enum(['create', 'recover', 'update', 'repair', 'replace', 'remove', 'forget']).meta({
  id: 'action',
  description:
    'The action: recover creates again what was deleted outside groundcrew, repair reverts drift, forget only removes the resource from the state.',
  examples: ['update'],
})

export const range = z
  .strictObject({
    filename: described(z.string(), 'The file, as given on the command line.', 'desired-state.yaml'),
    start: z.strictObject({ line: described(z.int().positive(), 'Line.', 12), column: described(z.int().positive(), 'Column.', 5) }),
  })
  .meta({ id: 'range', description: 'A position in a file; lines and columns start at 1.' })

/** What is wrong, where, and how to fix it. */
export const problemFields = {
  code: described(z.string(), 'A stable identifier to search for.', 'minio/refused-connection'),
  summary: described(z.string(), 'One sentence: what is wrong.', 'minio.example.com refuses the connection.'),
  detail: described(z.string().optional(), 'Additional information; may have several lines.', undefined),
  remedy: described(z.string(), 'How to fix it.', 'Check that MinIO is running.'),
  range: described(range.optional(), 'The position in the file.', { filename: 'desired-state.yaml', start: { line: 12, column: 5 } }),
}

export const problem = z.strictObject(problemFields).meta({ id: 'problem', description: 'What is wrong, where, and how to fix it.' })

export const restart = z
  .strictObject({
    workload: described(z.string(), 'The Deployment.', 'spacelift-drain'),
    pods: described(z.int(), 'The number of its pods.', 3),
    because: described(z.array(z.string()).optional(), 'Why its pods are outdated, if that is the reason for the restart.', [
      'they started while secret/spacelift/spacelift-server held other values',
    ]),
  })
  .meta({ id: 'restart', description: 'A workload whose pods restart.' })

export const dataRisk = z
  .strictObject({ address, what: described(z.string(), 'The data that may be lost.', 'objects older than 7 days') })
  .meta({ id: 'dataRisk', description: 'Data that may be lost.' })

const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({})])

export const edit = z
  .strictObject({
    pointer: described(z.string(), 'The field: a JSON pointer (RFC 6901) into the facts of the resource.', '/keys/DATABASE_URL'),
    from: described(value.optional(), 'The current value; omitted if the field is absent.', 'off'),
    to: described(value.optional(), 'The new value; omitted if the field will be removed.', 'enabled'),
    hidden: described(z.literal(true).optional(), 'The field holds a secret: from and to are only "(hidden)".', true),
    cause: described(
      z.enum(['declared', 'drifted', 'both', 'unexplained']),
      'Why it differs: the file changed, the resource changed outside groundcrew, both, or unknown without a state.',
      'declared',
    ),
    by: described(
      z
        .strictObject({
          manager: described(z.string(), 'The field manager, as the server names it.', 'kubectl-edit'),
          time: described(z.string().optional(), 'The time of the change.', '2026-11-24T01:02:03Z'),
        })
        .optional(),
      'The last writer of the field, if the server records it.',
      { manager: 'kubectl-edit', time: '2026-11-24T01:02:03Z' },
    ),
    origin: described(
      z.union([z.literal('guide'), range]).optional(),
      'Where the value is declared: in the file, or by the install guide.',
      'guide',
    ),
  })
  .meta({ id: 'edit', description: 'One field that differs.' })

/** An event of the stream: the fields of every event, and its own. */
export function event<T extends string, F extends z.ZodRawShape>(type: T, description: string, fields: F) {
  return z
    .strictObject({
      '@level': described(z.enum(['info', 'warn', 'error']), 'The severity.', 'info'),
      '@message': described(z.string(), 'The event as text; its wording may change.', undefined),
      '@module': described(z.literal('groundcrew.ui'), 'Always groundcrew.ui.', 'groundcrew.ui'),
      '@timestamp': described(z.string().meta({ format: 'date-time' }), 'The time, in UTC.', '2026-11-24T01:02:03.456Z'),
      type: described(z.literal(type), 'The type of the event.', type),
      ...fields,
    })
    .meta({ id: type, description })
}
