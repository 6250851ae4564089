import * as z from 'zod'
import type { SchemaMessage } from '../errors/schemaMessage.ts'

// A file is checked once: compiling the checks takes longer than running them.
z.config({ jitless: true })

export const secret = z
  .union([
    z.strictObject({ env: z.string().describe("Name of a variable in groundcrew's environment.") }),
    z.strictObject({ file: z.string().describe('Path of a file; one trailing newline is ignored.') }),
    z.strictObject({
      command: z.array(z.string()).min(1).describe('Program and arguments; its stdout is the secret. No shell; timeout 30 s.'),
      env: z.array(z.string()).optional().describe('Environment variables that it needs besides PATH, HOME, proxies and the like.'),
    }),
  ])
  .meta({
    id: 'secret',
    description: 'Where a secret is read from; the file itself never contains it.',
    examples: [{ env: 'ADMIN_PASSWORD' }, { file: './license.jwt' }, { command: ['vault', 'kv', 'get', '-field=secret', 'kv/spacelift'] }],
  })

export const plainOrSecret = z.union([z.string(), secret]).meta({ id: 'plainOrSecret', description: 'Text, or a reference to a secret.' })

/** Adds to a schema what editors and docs/configuration.md show; `fallback`: the default. */
export function described<S extends z.ZodType>(schema: S, description: string, example: unknown, fallback?: unknown): S {
  return schema.meta({ description, examples: [example], ...(fallback !== undefined && { default: fallback }) })
}

/** Text that passes a check of stringFormats.ts. */
export function checked(check: (text: string) => SchemaMessage | undefined) {
  return z.string().superRefine((text, context) => {
    const error = check(text)
    if (error !== undefined) context.addIssue({ code: 'custom', message: error })
  })
}
