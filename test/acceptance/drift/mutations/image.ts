import { imagesMatchArchives } from '../../support/assertions.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { Mutation } from './mutation.ts'

const on = (
  image: string,
  name: string,
  shows: RegExp,
  change: (site: LabInstallation) => Promise<unknown>,
  more: Partial<Mutation> = {},
): Mutation => ({
  address: `image/${image}`,
  name,
  shows,
  change,
  repaired: imagesMatchArchives,
  ...more,
})

export const imageMutations: readonly Mutation[] = [
  on(
    'backend',
    'the tag moved to other content',
    /igest|config/,
    (site) => site.client('crane', 'copy', site.image('launcher'), site.image('backend')),
    {
      isSample: true,
    },
  ),
  on('launcher', 'the tag deleted', /gone/, (site) => site.client('skopeo', 'delete', `docker://${site.image('launcher')}`)),
]
