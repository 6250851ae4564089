import * as z from 'zod'
import type { SchemaMessage } from '../errors/schemaMessage.ts'

// A file is checked once: compiling the checks costs more than they do.
z.config({ jitless: true })

export const secret = z
  .union([
    z.strictObject({ env: z.string().describe('Name of an environment variable of groundcrew.') }),
    z.strictObject({ file: z.string().describe('Path of a file; one newline at its end does not count.') }),
    z.strictObject({
      command: z.array(z.string()).min(1).describe('Program and arguments; its stdout is the secret. No shell, 30 s.'),
      env: z.array(z.string()).optional().describe('Environment variables it needs besides PATH, HOME, proxies and the like.'),
    }),
  ])
  .meta({
    id: 'secret',
    description: 'Where a secret is read from: the file never holds one.',
    examples: [{ env: 'ADMIN_PASSWORD' }, { file: './license.jwt' }, { command: ['vault', 'kv', 'get', '-field=secret', 'kv/spacelift'] }],
  })

export const plainOrSecret = z
  .union([z.string(), secret])
  .meta({ id: 'plainOrSecret', description: 'Text, or where a secret is read from.' })

/** A schema with what editors and docs/configuration.md show for it; `fallback`: what holds where it is left out. */
export function described<S extends z.ZodType>(schema: S, description: string, example: unknown, fallback?: unknown): S {
  return schema.meta({ description, examples: [example], ...(fallback !== undefined && { default: fallback }) })
}

/** Text that passes a check of texts.ts. */
export function checked(check: (text: string) => SchemaMessage | undefined) {
  return z.string().superRefine((text, context) => {
    const found = check(text)
    if (found !== undefined) context.addIssue({ code: 'custom', message: found })
  })
}
