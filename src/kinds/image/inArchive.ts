import type { ArchivedImage, ArchiveIndex, Installation } from '../../installation/installation.ts'
import { ARCHIVED_IMAGES } from '../../installation/spacelift.ts'
import { pointer } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'

export type Role = keyof typeof ARCHIVED_IMAGES

/** The image of this role, version and platform. */
export function findInArchive({ version, images }: Installation, archive: ArchiveIndex, role: Role): ArchivedImage | undefined {
  return archive.images.find((one) => one.platform === images.platform && nameAndTag(one.tag) === `${ARCHIVED_IMAGES[role]}:${version}`)
}

/** `docker.io/library/spacelift-backend:v3` and `spacelift-backend:v3` name the same image. */
function nameAndTag(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1)
}

/** Why an archive cannot be used for a role, naming what it holds instead. Nothing when it can. */
export function missingInArchive(installation: Installation, archive: ArchiveIndex, role: Role): Problem[] {
  if (findInArchive(installation, archive, role) !== undefined) return []
  const { version, images, positions } = installation
  const name = `${ARCHIVED_IMAGES[role]}:${version}`
  const others = archive.images.filter((one) => nameAndTag(one.tag) === name).map((one) => one.platform)
  const at = positions.get(pointer('images', 'archive'))
  const found = archive.images.map((one) => `${one.tag} (${one.platform})`).join(', ') || 'no tagged image'
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
      remedy: 'Set version to the version of the archive, or images.archive to the archive of that version.',
    },
  ]
}
