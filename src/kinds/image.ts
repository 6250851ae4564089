import type { Installation, Resolved } from '../installation/installation.ts'
import { ARCHIVED_IMAGES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { isMap, type Json, type JsonPointer, pointer } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { LiveImage, PushProgress } from '../world/ports/registry.ts'
import { isDigest } from './image/identity.ts'
import { changedMeanwhile, notAsPushed, notPushed, otherPlatform } from './image/imageProblems.ts'
import { findInArchive, missingInArchive, type Role } from './image/inArchive.ts'
import {
  type Evidence,
  type ImageFacts,
  type ImageMaterial,
  observe,
  parseReference,
  place,
  referenceOf,
  type Seen,
} from './image/observeImage.ts'
import { runningOthers } from './image/running.ts'
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

/** Backend and launcher, tagged with the version, in the registry: `image/backend`, `image/launcher`. */
export const image: Kind<ImageFacts, ImageMaterial, Evidence, undefined> = {
  name: 'image',
  holdsData: false,
  replaceOnly: [],
  readFacts,
  declare,
  observe,
  desire: desire,
  exposedTo: ({ config }) => ({ config }),
  // Pods do not notice a moved tag: the release's annotation restarts its readers, and says so there.
  impact: () => NO_IMPACT,
  converge,
  remove,
}

function readFacts(stored: Json): ImageFacts {
  if (isMap(stored) && typeof stored.reference === 'string' && typeof stored.config === 'string' && parseReference(stored.reference))
    return { reference: stored.reference, config: stored.config }
  throw new ProblemError({
    code: 'state/unreadable',
    summary: 'The state holds an image that this version of groundcrew cannot read.',
    remedy: 'Use the version of groundcrew that wrote the state, or remove the image from the state.',
  })
}

function declare({ installation, archive }: Resolved): readonly Declared<ImageMaterial>[] {
  const roles = Object.keys(ARCHIVED_IMAGES) as Role[]
  const problems = archive === undefined ? [] : roles.flatMap((role) => missingInArchive(installation, archive, role))
  if (problems.length > 0) throw new ProblemError(problems)
  return roles.map((role) => {
    const found = archive && findInArchive(installation, archive, role)
    return {
      address: address('image', role),
      material: {
        repository: installation.images[role],
        tag: installation.version,
        ...(archive && found && { archived: { archive: archive.path, image: found } }),
        // All Deployments of the chart run the backend; launchers run wherever the worker pools are.
        ...(role === 'backend' && { runsIn: installation.kubernetes.namespace }),
      },
      after: [],
      origins: origins(installation, role),
    }
  })
}

function origins({ positions, images }: Installation, role: Role): Origins {
  const at = (...where: JsonPointer[]) => where.map((one) => positions.get(one)).find((one) => one !== undefined) ?? 'guide'
  const source = images.archive === undefined ? pointer('version') : pointer('images', 'archive')
  return new Map([
    ['', at(pointer('images', role), pointer('images'))],
    ['/config', at(source, pointer('version'))],
  ])
}

async function desire(look: ReadContext, it: Declared<ImageMaterial>, seen: Seen): Promise<Desired<ImageFacts, undefined>> {
  const facts = wanted(it, seen)
  return { facts, basis: undefined, ...(await running(look, it, seen, facts)) }
}

/** A tag that this plan moves has its readers restarted: what they run now is no finding. */
async function running(
  { view }: ReadContext,
  { address, material }: Declared<ImageMaterial>,
  seen: Seen,
  { reference, config }: ImageFacts,
): Promise<Pick<Desired<ImageFacts, undefined>, 'findings' | 'outdatedReaders'>> {
  if (seen.is !== 'present' || seen.facts.config !== config || seen.evidence.pods === undefined) return {}
  const known = { config, ...(material.archived && { content: material.archived.image.content }) }
  const where = { repository: material.repository, reference }
  const { problems, stale } = await runningOthers(view.registry, where, seen.evidence.live, known, seen.evidence.pods)
  return { findings: problems.map((problem) => ({ ...problem, address })), outdatedReaders: stale }
}

function wanted({ material }: Declared<ImageMaterial>, seen: Seen): ImageFacts {
  const reference = referenceOf(material)
  if (material.archived) return { reference, config: material.archived.image.config.digest }
  if (seen.is === 'present' && isDigest(seen.facts.config)) return { reference, config: seen.facts.config }
  if (seen.is === 'present') throw new ProblemError(otherPlatform(reference, seen.facts.config))
  throw new ProblemError(seen.is === 'unknown' ? seen.why : notPushed(reference))
}

async function converge(
  work: ApplyContext,
  { declared, desired: wanted, observed: seen }: ImageChange,
): Promise<{ facts: ImageFacts; guard: string }> {
  const { repository, tag, archived } = declared.material
  const now = await observe({ ...work, view: work.world }, declared)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Somebody (an apply that was killed, perhaps) has already done it.
  if (now.is === 'present' && now.facts.config === wanted.config) return { facts: now.facts, guard: now.guard }
  if (archived === undefined) throw new ProblemError(notPushed(wanted.reference))
  if (guardOf(now) !== guardOf(seen)) throw new ProblemError(changedMeanwhile(wanted.reference))
  const pushed = await work.world.registry.push({
    repository,
    tag,
    archive: archived.archive,
    image: archived.image,
    signal: work.signal,
    beforeWrite: work.assertLockHeld,
    onProgress: (progress) =>
      work.emit({
        message: messageOf(progress),
        done: progress.doneBytes,
        total: progress.totalBytes,
        unit: 'bytes',
        ...(progress.bytesPerSecond !== undefined && { perSecond: progress.bytesPerSecond }),
        ...(progress.secondsLeft !== undefined && { secondsLeft: progress.secondsLeft }),
      }),
  })
  return readBack(work, declared, wanted, pushed)
}

/** What the registry took is not yet what it serves. */
async function readBack(work: ApplyContext, declared: Declared<ImageMaterial>, wanted: ImageFacts, pushed: LiveImage) {
  const now = await observe({ ...work, view: work.world }, declared)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'present' && now.facts.config === wanted.config) return { facts: now.facts, guard: now.guard }
  throw new ProblemError(notAsPushed(wanted.reference, pushed.manifestDigest, now.is === 'present' ? now.guard : 'nothing'))
}

async function remove(work: ApplyContext, { facts, guard }: Recorded<ImageFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  // Another manifest under the tag is not the one we pushed.
  if (seen.guard !== guard) throw new ProblemError(changedMeanwhile(facts.reference))
  await work.assertLockHeld()
  await work.world.registry.remove(place(facts).repository, seen.guard)
}

function guardOf(seen: Seen): string {
  return seen.is === 'present' ? seen.guard : seen.is
}

function messageOf({ blobs, blobsPresent }: PushProgress): string {
  return `${blobsPresent} of ${blobs} blobs are in the registry,`
}
