import type { Repository } from '../../installation/installation.ts'
import { type Problem, ProblemError } from '../../values/problem.ts'
import type { LiveImage, RegistryReads } from '../../world/ports/registry.ts'

/** The image that a tag should be: its config's digest, and the digest of its content where no request is needed to know it. */
export type KnownImage = { readonly config: string; readonly content?: string }

/**
 * The config digest that identifies a live image. A tool that converts an image from Docker's format to OCI's writes another
 * config for it; that is still the same image, and gets the known config's digest. Throws a ProblemError when the registry
 * cannot be read.
 */
export async function identityOf(
  registry: RegistryReads,
  repository: Repository,
  live: LiveImage,
  known: KnownImage | undefined,
): Promise<string> {
  const { configDigest } = live
  if (known === undefined || configDigest === known.config || !isDigest(configDigest)) return configDigest
  const content = (config: string) => contentOf(registry, repository, config)
  const [liveContent, knownContent] = await Promise.all([
    content(configDigest),
    known.content ?? (isDigest(known.config) ? content(known.config) : undefined),
  ])
  return liveContent !== undefined && liveContent === knownContent ? known.config : configDigest
}

async function contentOf(registry: RegistryReads, repository: Repository, config: string): Promise<string | undefined> {
  const read = await registry.content(repository, config)
  if (read.is === 'unknown') throw new ProblemError(read.why satisfies Problem)
  return read.is === 'present' ? read.value : undefined
}

/** The registry port returns `none for linux/amd64` where an index has no image for this platform. */
export function isDigest(config: string): boolean {
  return config.startsWith('sha256:')
}
