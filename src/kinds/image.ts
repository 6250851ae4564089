import type { Installation, Resolved } from '../installation/installation.ts'
import { ARCHIVED_IMAGES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { isMap, type Json, type JsonPointer, pointer } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import { unreadableRecord } from '../values/stateProblems.ts'
import type { LiveImage, PushProgress } from '../world/ports/registry.ts'
import { archiveProblems, findInArchive, type Role } from './image/findInArchive.ts'
import { isDigest } from './image/identity.ts'
import { changedMeanwhile, notAsPushed, notPushed, otherPlatform } from './image/imageProblems.ts'
import {
  type Evidence,
  type ImageFacts,
  type ImageMaterial,
  type ImageObservation,
  observeImage,
  parseReference,
  placeOf,
  referenceOf,
} from './image/observeImage.ts'
import { observeOutdatedPods } from './image/observeOutdatedPods.ts'
import {
  type ApplyContext,
  type Change,
  type Declared,
  type Desired,
  type Kind,
  NO_IMPACT,
  type Origins,
  type ReadContext,
  type Recorded,
} from './kind.ts'

export type { ImageFacts, ImageMaterial } from './image/observeImage.ts'

type ImageChange = Change<ImageFacts, ImageMaterial, Evidence, undefined>

/** Backend and launcher in the registry, tagged with the version: `image/backend`, `image/launcher`. */
export const image: Kind<ImageFacts, ImageMaterial, Evidence, undefined> = {
  name: 'image',
  holdsData: false,
  replaceOnly: [],
  readFacts,
  declare,
  observe: observeImage,
  desire,
  exposedTo: ({ config }) => ({ config }),
  // A moved tag restarts no pod: the release's annotation restarts its readers, and its impact shows that.
  impact: () => NO_IMPACT,
  converge,
  remove,
}

function readFacts(stored: Json): ImageFacts {
  if (isMap(stored) && typeof stored.reference === 'string' && typeof stored.config === 'string' && parseReference(stored.reference))
    return { reference: stored.reference, config: stored.config }
  throw new ProblemError(unreadableRecord('image'))
}

function declare({ installation, archive }: Resolved): readonly Declared<ImageMaterial>[] {
  const roles = Object.keys(ARCHIVED_IMAGES) as Role[]
  const problems = archive === undefined ? [] : roles.flatMap((role) => archiveProblems(installation, archive, role))
  if (problems.length > 0) throw new ProblemError(problems)
  return roles.map((role) => {
    const archived = archive && findInArchive(installation, archive, role)
    return {
      address: address('image', role),
      material: {
        repository: installation.images[role],
        tag: installation.version,
        ...(archive && archived && { archived: { archive: archive.path, image: archived } }),
        // All Deployments of the chart run the backend; launchers run in the worker pools.
        ...(role === 'backend' && { runsIn: installation.kubernetes.namespace }),
      },
      after: [],
      origins: origins(installation, role),
    }
  })
}

function origins({ positions, images }: Installation, role: Role): Origins {
  const firstPosition = (...pointers: JsonPointer[]) =>
    pointers.map((path) => positions.get(path)).find((position) => position !== undefined) ?? 'guide'
  const source = images.archive === undefined ? pointer('version') : pointer('images', 'archive')
  return new Map([
    ['', firstPosition(pointer('images', role), pointer('images'))],
    ['/config', firstPosition(source, pointer('version'))],
  ])
}

async function desire(
  context: ReadContext,
  declared: Declared<ImageMaterial>,
  observed: ImageObservation,
): Promise<Desired<ImageFacts, undefined>> {
  const facts = desiredFacts(declared, observed)
  return { facts, basis: undefined, ...(await checkPods(context, declared, observed, facts)) }
}

/** The readers of a tag that this plan moves are restarted anyway: what they run now is no finding. */
async function checkPods(
  { view }: ReadContext,
  { address, material }: Declared<ImageMaterial>,
  observed: ImageObservation,
  { reference, config }: ImageFacts,
): Promise<Pick<Desired<ImageFacts, undefined>, 'findings' | 'outdatedReaders'>> {
  if (observed.is !== 'present' || observed.facts.config !== config || observed.evidence.pods === undefined) return {}
  const known = { config, ...(material.archived && { content: material.archived.image.content }) }
  const tagged = { repository: material.repository, reference }
  const { live, pods } = observed.evidence
  const { problems, outdatedReaders } = await observeOutdatedPods(view.registry, tagged, live, known, pods)
  return { findings: problems.map((problem) => ({ ...problem, address })), outdatedReaders }
}

function desiredFacts({ material }: Declared<ImageMaterial>, observed: ImageObservation): ImageFacts {
  const reference = referenceOf(material)
  if (material.archived) return { reference, config: material.archived.image.config.digest }
  if (observed.is === 'present' && isDigest(observed.facts.config)) return { reference, config: observed.facts.config }
  if (observed.is === 'present') throw new ProblemError(otherPlatform(reference, observed.facts.config))
  throw new ProblemError(observed.is === 'unknown' ? observed.why : notPushed(reference))
}

async function converge(
  context: ApplyContext,
  { declared, desired, observed }: ImageChange,
): Promise<{ facts: ImageFacts; guard: string }> {
  const { repository, tag, archived } = declared.material
  const now = await observeImage({ view: context.world }, declared)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Another client (an apply that was killed, perhaps) has already pushed it.
  if (now.is === 'present' && now.facts.config === desired.config) return { facts: now.facts, guard: now.guard }
  if (archived === undefined) throw new ProblemError(notPushed(desired.reference))
  if (guardOf(now) !== guardOf(observed)) throw new ProblemError(changedMeanwhile(desired.reference))
  const pushed = await context.world.registry.push({
    repository,
    tag,
    archive: archived.archive,
    image: archived.image,
    signal: context.signal,
    beforeWrite: context.assertLockHeld,
    onProgress: (progress) =>
      context.emit({
        message: messageOf(progress),
        done: progress.doneBytes,
        total: progress.totalBytes,
        unit: 'bytes',
        ...(progress.bytesPerSecond !== undefined && { perSecond: progress.bytesPerSecond }),
        ...(progress.secondsLeft !== undefined && { secondsLeft: progress.secondsLeft }),
      }),
  })
  return readBack(context, declared, desired, pushed)
}

/** That the registry accepted a push does not prove that it serves it. */
async function readBack(context: ApplyContext, declared: Declared<ImageMaterial>, desired: ImageFacts, pushed: LiveImage) {
  const now = await observeImage({ view: context.world }, declared)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'present' && now.facts.config === desired.config) return { facts: now.facts, guard: now.guard }
  throw new ProblemError(notAsPushed(desired.reference, pushed.manifestDigest, now.is === 'present' ? now.guard : 'nothing'))
}

async function remove(context: ApplyContext, { facts, guard }: Recorded<ImageFacts>, observed: ImageObservation): Promise<void> {
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  if (observed.is === 'absent') return
  // Another manifest under the tag is not the one that groundcrew pushed.
  if (observed.guard !== guard) throw new ProblemError(changedMeanwhile(facts.reference))
  await context.assertLockHeld()
  await context.world.registry.remove(placeOf(facts).repository, observed.guard)
}

function guardOf(observed: ImageObservation): string {
  return observed.is === 'present' ? observed.guard : observed.is
}

function messageOf({ blobs, blobsPresent }: PushProgress): string {
  return `${blobsPresent} of ${blobs} blobs are in the registry,`
}
