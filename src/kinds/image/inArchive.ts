import type { ArchivedImage, ArchiveIndex, Installation } from '../../installation/installation.ts'
import { ARCHIVED_IMAGES } from '../../installation/spacelift.ts'
import { pointer } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'

export type Role = keyof typeof ARCHIVED_IMAGES

/** The image of this role, version and platform; of one image in several forms the first. */
export function findInArchive(installation: Installation, archive: ArchiveIndex, role: Role): ArchivedImage | undefined {
  return allOf(installation, archive, role)[0]
}

function allOf({ version, images }: Installation, archive: ArchiveIndex, role: Role): ArchivedImage[] {
  const name = `${ARCHIVED_IMAGES[role]}:${version}`
  return archive.images.filter((one) => one.platform === images.platform && nameAndTag(one.tag) === name)
}

/** `docker.io/library/spacelift-backend:v3` and `spacelift-backend:v3` name the same image. */
function nameAndTag(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1)
}

/** Why an archive cannot be used for a role, naming what it holds instead. Nothing when it can. */
export function missingInArchive(installation: Installation, archive: ArchiveIndex, role: Role): Problem[] {
  const { version, images, positions } = installation
  const candidates = allOf(installation, archive, role)
  if (new Set(candidates.map(({ content }) => content)).size > 1) return [ambiguous(installation, archive, candidates)]
  if (candidates.length > 0) return []
  const name = `${ARCHIVED_IMAGES[role]}:${version}`
  const others = archive.images.filter((one) => nameAndTag(one.tag) === name).map((one) => one.platform)
  const at = positions.get(pointer('images', 'archive'))
  const found = archive.images.map((one) => `${one.tag} (${one.platform})`).join(', ') || 'no image with a name'
  const problem = { detail: `Found in it: ${found}.`, ...(at && { at }) }
  if (others.length > 0)
    return [
      {
        ...problem,
        code: 'image/wrong-platform',
        summary: `${archive.path} holds ${name} for ${others.join(', ')}, not for ${images.platform}.`,
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
    summary: `${path} holds different images under one name.`,
    detail: candidates.map(({ tag, config, platform }) => `${tag} (${platform}): ${config.digest}`).join('\n'),
    ...(at && { at }),
    remedy: 'Use an archive with one image of each name: the release archive as Spacelift delivers it.',
  }
}
