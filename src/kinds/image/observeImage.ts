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
  /** The image that the tag must be; without it, any image under the tag is as declared. */
  readonly archived?: { readonly archive: string; readonly image: ArchivedImage }
  /** The namespace whose pods run the image, if there is one. */
  readonly runsIn?: string
}

/** The tag in the registry, and the pods in the cluster that run it. */
export type Evidence = { readonly live: LiveImage; readonly pods?: ReadResult<readonly LivePod[]> }
export type ImageObservation = Observation<ImageFacts, Evidence>
type ImageResource = Declared<ImageMaterial> | Recorded<ImageFacts>
type TagPlace = Pick<ImageMaterial, 'repository' | 'tag'>

export async function observeImage({ view }: Pick<ReadContext, 'view'>, resource: ImageResource): Promise<ImageObservation> {
  const place = 'material' in resource ? resource.material : placeOf(resource.facts)
  const runsIn = 'material' in resource ? resource.material.runsIn : undefined
  const [read, pods] = await Promise.all([
    view.registry.image(place.repository, place.tag),
    runsIn === undefined ? undefined : view.cluster.pods(runsIn),
  ])
  if (read.is !== 'present') return read
  try {
    const config = await configOf(view, place.repository, resource, read.value)
    const evidence = { live: read.value, ...(pods && { pods }) }
    return { is: 'present', facts: { reference: referenceOf(place), config }, guard: read.value.manifestDigest, evidence, by: new Map() }
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0]) return { is: 'unknown', why: error.problems[0] }
    throw error
  }
}

async function configOf(
  { registry }: ReadContext['view'],
  repository: Repository,
  resource: ImageResource,
  live: LiveImage,
): Promise<string> {
  if ('material' in resource) {
    const archived = resource.material.archived?.image
    return identityOf(registry, repository, live, archived && { config: archived.config.digest, content: archived.content })
  }
  // The state recorded the identity of this exact manifest.
  return resource.guard === live.manifestDigest ? resource.facts.config : identityOf(registry, repository, live, resource.facts)
}

export function referenceOf({ repository, tag }: TagPlace): string {
  return `${repository.host}/${repository.path}:${tag}`
}

export function placeOf({ reference }: ImageFacts): TagPlace {
  const [, host = '', path = '', tag = ''] = parseReference(reference) ?? []
  return { repository: { host, path }, tag }
}

/** The host may contain a port, so the tag begins after the last colon that follows the last slash. */
export function parseReference(reference: string): RegExpExecArray | null {
  return /^([^/]+)\/(.+):([^:/]+)$/.exec(reference)
}
