import type { ArchivedImage, ArchiveIndex, Installation } from '../../installation/installation.ts'
import { ARCHIVED_IMAGES } from '../../installation/spacelift.ts'
import { pointer } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'

export type Role = keyof typeof ARCHIVED_IMAGES

/** The image of this role, version and platform; the first, if the archive holds it in several formats. */
export function findInArchive(installation: Installation, archive: ArchiveIndex, role: Role): ArchivedImage | undefined {
  return candidatesFor(installation, archive, role)[0]
}

function candidatesFor({ version, images }: Installation, archive: ArchiveIndex, role: Role): ArchivedImage[] {
  const name = `${ARCHIVED_IMAGES[role]}:${version}`
  return archive.images.filter((image) => image.platform === images.platform && nameAndTag(image.tag) === name)
}

/** `docker.io/library/spacelift-backend:v3` and `spacelift-backend:v3` name the same image. */
function nameAndTag(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1)
}

/** Why an archive cannot be used for a role, with what it holds instead; empty when it can be used. */
export function archiveProblems(installation: Installation, archive: ArchiveIndex, role: Role): Problem[] {
  const { version, images, positions } = installation
  const candidates = candidatesFor(installation, archive, role)
  if (new Set(candidates.map(({ content }) => content)).size > 1) return [ambiguous(installation, archive, candidates)]
  if (candidates.length > 0) return []
  const name = `${ARCHIVED_IMAGES[role]}:${version}`
  const otherPlatforms = archive.images.filter((image) => nameAndTag(image.tag) === name).map((image) => image.platform)
  const at = positions.get(pointer('images', 'archive'))
  const contents = archive.images.map((image) => `${image.tag} (${image.platform})`).join(', ') || 'no image with a name'
  const problem = { detail: `The archive holds: ${contents}.`, ...(at && { at }) }
  if (otherPlatforms.length > 0)
    return [
      {
        ...problem,
        code: 'image/wrong-platform',
        summary: `${archive.path} holds ${name} for ${otherPlatforms.join(', ')}, not for ${images.platform}.`,
        remedy: 'Set images.platform to the platform of the cluster’s nodes, and images.archive to the release for it.',
      },
    ]
  return [
    {
      ...problem,
      code: 'image/not-in-archive',
      summary: `${archive.path} does not hold ${name}.`,
      remedy:
        'Set version to the version of the archive, or images.archive to the archive of that version. Save images by name and tag, not by id.',
    },
  ]
}

function ambiguous({ positions }: Installation, { path }: ArchiveIndex, candidates: readonly ArchivedImage[]): Problem {
  const at = positions.get(pointer('images', 'archive'))
  return {
    code: 'image/ambiguous',
    summary: `${path} holds different images with the same name.`,
    detail: candidates.map(({ tag, config, platform }) => `${tag} (${platform}): ${config.digest}`).join('\n'),
    ...(at && { at }),
    remedy: 'Use an archive with one image of each name: the release archive as Spacelift delivers it.',
  }
}
