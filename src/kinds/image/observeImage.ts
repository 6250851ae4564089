import type { ArchivedImage, Repository } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ReadResult } from '../../values/readResult.ts'
import type { LivePod } from '../../world/ports/cluster.ts'
import type { LiveImage } from '../../world/ports/registry.ts'
import type { Declared, Observation, ReadContext, Recorded } from '../kind.ts'
import { identityOf } from './identity.ts'

/** The config's digest is the image's identity: it names the content of every layer, whatever their compression. */
export type ImageFacts = { readonly reference: string; readonly config: string }

export type ImageMaterial = {
  readonly repository: Repository
  readonly tag: string
  /** What the tag has to be; without it, whatever the tag is now is right. */
  readonly archived?: { readonly archive: string; readonly image: ArchivedImage }
  /** The namespace whose pods run it, where there is one. */
  readonly runsIn?: string
}

/** What the registry says of the tag, and the cluster of the pods that run it. */
export type Evidence = { readonly live: LiveImage; readonly pods?: ReadResult<readonly LivePod[]> }
export type Seen = Observation<ImageFacts, Evidence>
type It = Declared<ImageMaterial> | Recorded<ImageFacts>

/** What the tag is in the registry, and the pods that run it. */
export async function observe({ view }: ReadContext, it: It): Promise<Seen> {
  const where = 'material' in it ? it.material : place(it.facts)
  const runsIn = 'material' in it ? it.material.runsIn : undefined
  const [read, pods] = await Promise.all([
    view.registry.image(where.repository, where.tag),
    runsIn === undefined ? undefined : view.cluster.pods(runsIn),
  ])
  if (read.is !== 'present') return read
  try {
    const config = await configOf(view, where.repository, it, read.value)
    const evidence = { live: read.value, ...(pods && { pods }) }
    return { is: 'present', facts: { reference: referenceOf(where), config }, guard: read.value.manifestDigest, evidence, by: new Map() }
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0]) return { is: 'unknown', why: error.problems[0] }
    throw error
  }
}

async function configOf({ registry }: ReadContext['view'], at: Repository, it: It, live: LiveImage): Promise<string> {
  if ('material' in it) {
    const archived = it.material.archived?.image
    return identityOf(registry, at, live, archived && { config: archived.config.digest, content: archived.content })
  }
  // What was recorded with this very manifest was recorded as what it is.
  return it.guard === live.manifestDigest ? it.facts.config : identityOf(registry, at, live, it.facts)
}

export function referenceOf({ repository, tag }: Pick<ImageMaterial, 'repository' | 'tag'>): string {
  return `${repository.host}/${repository.path}:${tag}`
}

export function place({ reference }: ImageFacts): Pick<ImageMaterial, 'repository' | 'tag'> {
  const [, host = '', path = '', tag = ''] = parseReference(reference) ?? []
  return { repository: { host, path }, tag }
}

/** A host may have a port: the tag begins after the last colon behind the last slash. */
export function parseReference(reference: string): RegExpExecArray | null {
  return /^([^/]+)\/(.+):([^:/]+)$/.exec(reference)
}
