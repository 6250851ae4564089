import { everythingMatchesGuide } from '../../support/assertions.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { DELETED, type Mutation, mutationsOf } from './mutation.ts'

const mutation = mutationsOf(everythingMatchesGuide)

export const namespaceMutations: readonly Mutation[] = [
  mutation('namespace/spacelift', 'the whole namespace deleted', DELETED, deleteNamespace),
]

/** A namespace that is being deleted is neither present nor absent: nothing may be planned for it. */
async function deleteNamespace(installation: LabInstallation): Promise<void> {
  await installation.kubectl('delete', 'namespace', 'spacelift', '--wait=false')
  expectText(expectExit(await installation.plan(), 1).stderr, 'is being deleted')
  await installation.kubectl('wait', '--for=delete', 'namespace/spacelift', '--timeout=60s')
}
