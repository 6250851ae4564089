import type { Repository } from '../../installation/installation.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { LiveImage, RegistryReads } from '../../world/ports/registry.ts'

/** The image a tag ought to be: its config's digest, and its content where that is known without asking. */
export type Known = { readonly config: string; readonly content?: string }

/**
 * The config's digest that tells what a live image is. A tool that rewrites an image from docker's form to OCI's makes
 * another config of it; that is the same image, and answers to the config that is known. Throws a ProblemError when the
 * registry does not let itself be asked.
 */
export async function identityOf(registry: RegistryReads, at: Repository, live: LiveImage, known: Known | undefined): Promise<string> {
  const { configDigest } = live
  if (known === undefined || configDigest === known.config || !isDigest(configDigest)) return configDigest
  const content = (config: string) => contentOf(registry, at, config)
  const [found, ours] = await Promise.all([
    content(configDigest),
    known.content ?? (isDigest(known.config) ? content(known.config) : undefined),
  ])
  return found !== undefined && found === ours ? known.config : configDigest
}

async function contentOf(registry: RegistryReads, at: Repository, config: string): Promise<string | undefined> {
  const read = await registry.content(at, config)
  if (read.is === 'unknown') throw new ProblemError(read.why satisfies Problem)
  return read.is === 'present' ? read.value : undefined
}

/** The port says `none for linux/amd64` where an index has no image for us. */
export function isDigest(config: string): boolean {
  return config.startsWith('sha256:')
}
