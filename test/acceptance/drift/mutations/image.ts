import { imagesMatchArchives } from '../../support/assertions.ts'
import { DELETED, type Mutation, mutationsOf } from './mutation.ts'

const mutation = mutationsOf(imagesMatchArchives)

export const imageMutations: readonly Mutation[] = [
  mutation('image/backend', 'the tag moved to another image', /igest|config/, (installation) =>
    installation.client('crane', 'copy', installation.image('launcher'), installation.image('backend')),
  ),
  mutation('image/launcher', 'the tag deleted', DELETED, (installation) =>
    installation.client('skopeo', 'delete', `docker://${installation.image('launcher')}`),
  ),
]
